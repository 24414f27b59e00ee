package nets_test

import (
	"slices"
	"testing"

	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/netstest"
)

// Every layer, every partition, and every data set that needs no file, by its name.
func TestEveryPart(t *testing.T) {
	for _, name := range nets.LayerKinds().Names() {
		t.Run("layer "+name, func(t *testing.T) { netstest.Layer(t, name, nil) })
	}
	for _, d := range data.Kinds().Describe() {
		file := slices.ContainsFunc(d.Keys, func(k params.KeyDoc) bool { return k.Key == "path" && k.Required })
		if !file && d.Name != "fashion-mnist-5k" { // which takes long, and is read in other tests
			t.Run("data "+d.Name, func(t *testing.T) { netstest.DataSet(t, d.Name, nil) })
		}
	}
	for _, name := range data.Partitions().Names() {
		t.Run("partition "+name, func(t *testing.T) { netstest.Partition(t, name, nil) })
	}
}
