package nets_test

import (
	"testing"

	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/netstest"
)

// Every layer and every partition, by its name. What has no default is given here.
func TestEveryPart(t *testing.T) {
	layers := map[string]map[string]any{
		"conv":  {"channels": int64(4), "size": int64(3)},
		"dense": {"width": int64(6)},
	}
	for _, name := range nets.LayerKinds().Names() {
		t.Run("layer "+name, func(t *testing.T) { netstest.Layer(t, name, layers[name]) })
	}
	for _, name := range data.Partitions().Names() {
		t.Run("partition "+name, func(t *testing.T) { netstest.Partition(t, name, nil) })
	}
}
