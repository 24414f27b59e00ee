package experiments

import (
	"path/filepath"
	"slices"
	"strings"

	"staleness/experiments/internal/config"
	"staleness/experiments/internal/files"
	"staleness/experiments/internal/origin"
	disk "staleness/internal/files"
	"staleness/sim/record"
)

// sourcesOfRun identifies the files that a run is made of; "" if that cannot be told.
func sourcesOfRun(c *config.Config) string {
	return origin.Of(c.Cluster, c.Strategy, c.Problem, c.Consistency, c.Staleness)
}

// madeOfKey begins the line of env.txt that says which files a run was made of.
const madeOfKey = "made of sources: "

// madeOf is that line; "" if it cannot be told.
func madeOf(c *config.Config) string {
	if hash := sourcesOfRun(c); hash != "" {
		return madeOfKey + hash + "\n"
	}
	return ""
}

// current says whether the record of a finished run is what would be computed now: by the same
// build, or by one that had the same text in all files that the run is made of. A model also says
// in itself which build it is of.
func (s *Session) current(r *PlannedRun, sum *record.Summary) bool {
	if sum.Build == origin.Build() || s.Reuse {
		return true
	}
	line := madeOf(r.config)
	if line == "" || r.config.Record.Model {
		return false
	}
	text, err := disk.Read(filepath.Join(r.Dir, record.EnvFile))
	return err == nil && slices.Contains(slices.Collect(strings.Lines(string(text))), line)
}

// adopt makes a record that is current one of this build, to the byte: nothing else in it would
// differ. Where that cannot be written it stays as it is.
func (r *PlannedRun) adopt(sum *record.Summary) {
	lock, err := files.LockRun(r.Dir)
	if err != nil {
		return
	}
	defer lock.Unlock()
	adopted := *sum
	if adopted.Build = origin.Build(); record.WriteSummary(r.Dir, &adopted) == nil {
		*sum = adopted
	}
}
