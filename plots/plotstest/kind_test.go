package plotstest

import (
	"testing"

	"staleness/plots"
)

func TestKinds(t *testing.T) {
	for _, d := range plots.Kinds() {
		t.Run(d.Name, func(t *testing.T) { Kind(t, d.Name) })
	}
}
