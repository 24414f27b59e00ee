package nets_test

import (
	"slices"
	"testing"

	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/netstest"
)

// shorter are settings of data sets that are long by default.
var shorter = map[string]map[string]any{
	"markov":            {"tokens": int64(150)},
	"linear-regression": {"samples": int64(200), "features": int64(9)},
}

// Every layer, every partition, and every data set that needs no file, by its name.
func TestEveryPart(t *testing.T) {
	for _, name := range nets.LayerKinds().Names() {
		t.Run("layer "+name, func(t *testing.T) { netstest.Layer(t, name, nil) })
	}
	for _, d := range data.Kinds().Describe() {
		file := slices.ContainsFunc(d.Keys, func(k params.KeyDoc) bool { return k.Key == "path" && k.Required })
		if !file && d.Name != "fashion-mnist-5k" { // which takes long, and is read in other tests
			t.Run("data "+d.Name, func(t *testing.T) { netstest.DataSet(t, d.Name, shorter[d.Name]) })
		}
	}
	for _, name := range data.Partitions().Names() {
		t.Run("partition "+name, func(t *testing.T) { netstest.Partition(t, name, nil) })
	}
}
