package nets_test

import (
	"testing"

	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/netstest"
)

// Every layer and every partition, by its name.
func TestEveryPart(t *testing.T) {
	for _, name := range nets.LayerKinds().Names() {
		t.Run("layer "+name, func(t *testing.T) { netstest.Layer(t, name, nil) })
	}
	for _, name := range data.Partitions().Names() {
		t.Run("partition "+name, func(t *testing.T) { netstest.Partition(t, name, nil) })
	}
}
