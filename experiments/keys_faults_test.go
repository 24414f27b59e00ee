package experiments

import (
	"slices"
	"testing"

	"staleness/experiments/internal/config"
	"staleness/internal/params"
)

// Every key of [cluster.faults] changes the run, or is refused: also those of its events.
func TestEveryKeyOfTheFaults(t *testing.T) {
	t.Parallel()
	p := newProber(t)
	at := "cluster.faults"
	base := with(with(probeBase(), "cluster.server.service", "3ms"), "consistency", tree{"kind": "bsp"})
	base = with(base, at, tree{"crash": "25ms", "repair": "9ms", "loss": .2, "timeout": "11ms", "state": "lost"})
	all := params.DescribeStruct(config.DefaultCluster())
	keys := all[slices.IndexFunc(all, func(k params.KeyDoc) bool { return k.Key == "faults" })].Keys
	crash := tree{"at": "20ms", "worker": int64(0), "do": "crash"}
	p.table("faults", base, at, keys, map[string][]any{
		"crash": {"31ms"}, "repair": {"4ms"}, "detect": {"5ms", "never"}, "event": {[]any{crash}}, "loss": {.5, 1.},
	})
	special := map[string][]any{"worker": {int64(1), int64(99)}, "at": {"31ms", "-1s"}, "do": {"crash", "leave", "pause"}, "for": {"7ms"}}
	keys = keys[slices.IndexFunc(keys, func(k params.KeyDoc) bool { return k.Key == "event" })].Keys
	for _, e := range []tree{crash, {"at": "20ms", "worker": int64(0), "do": "pause", "for": "19ms"}, {"at": "20ms", "server": true, "do": "pause", "for": "19ms"}} {
		p.table("event", with(base, at, tree{"event": []any{e}}), at+".event[0]", keys, special)
	}
	p.end("event server")
}
