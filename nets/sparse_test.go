package nets_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"staleness/nets"
	"staleness/nets/netstest"
	"staleness/nets/vec"
)

// sparseFiles writes one data set twice, with the zeros and without: so many samples that name so
// many of the features.
func sparseFiles(t *testing.T, samples, features, named int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	r := rand.New(rand.NewPCG(uint64(features), 4))
	var table, short strings.Builder
	for i := range samples {
		row := make([]string, features)
		for j := range row {
			row[j] = "0"
		}
		fmt.Fprint(&short, i%2)
		at := r.Perm(features)[:named]
		if i == 0 {
			at[0] = features - 1 // so that the file tells how many there are
		}
		slices.Sort(at)
		for _, j := range slices.Compact(at) {
			row[j] = fmt.Sprint(r.Float64())
			fmt.Fprintf(&short, " %d:%s", j+1, row[j])
		}
		fmt.Fprintln(&short)
		fmt.Fprintf(&table, "%s,%d\n", strings.Join(row, ","), i%2)
	}
	for name, text := range map[string]string{"dense": table.String(), "sparse": short.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Samples that are held by what they name are computed on to the same bits as whole ones, however
// they are cut and scaled.
func TestSparseHasTheBitsOfDense(t *testing.T) {
	small, wide := sparseFiles(t, 40, 70, 3), sparseFiles(t, 12, 4200, 9)
	for name, change := range map[string]map[string]any{
		"plain":  {},
		"parts":  {"test": .3, "validation": .2, "l2": .1, "intercept": true},
		"minmax": {"scale": "minmax"},
		"moved":  {"scale": "standard"}, // no feature stays 0
		"wide":   {"l2": .1, "intercept": true},
	} {
		dir := small
		if name == "wide" { // too many to solve for
			dir = wide
		}
		for _, kind := range []string{"least-squares", "logistic", "nonconvex-logistic"} {
			if kind == "nonconvex-logistic" && change["l2"] != nil {
				continue
			}
			dense, sparse := netstest.With(change, map[string]any{"kind": kind, "data": "csv:" + dir + "/dense"}), netstest.With(change, map[string]any{"kind": kind, "data": "libsvm:" + dir + "/sparse"})
			if a, b := parts[float32](t, dense), parts[float32](t, sparse); a != b {
				t.Errorf("%s %s float32: dense %s, sparse %s", kind, name, a, b)
			}
			if a, b := parts[float64](t, dense), parts[float64](t, sparse); a != b {
				t.Errorf("%s %s float64: dense %s, sparse %s", kind, name, a, b)
			}
		}
	}
	for _, kind := range []string{"least-squares", "logistic", "softmax"} {
		netstest.Kind(t, map[string]any{"kind": kind, "data": "libsvm:" + small + "/sparse"})
	}
}

// parts is bits, and the other parts' evaluation.
func parts[F vec.Float](t *testing.T, table map[string]any) string {
	p := build[F](t, table)
	x := make([]F, p.Dim())
	vec.Fill(x, .25)
	out := bits[F](t, netstest.With(table, map[string]any{"batch": int64(5)}))
	for _, part := range []nets.Part{nets.Validation, nets.Test} {
		e := p.(nets.Evaluator[F])
		out += fmt.Sprint(e.Evaluate(new(nets.Workspace[F]), x, part, 0, e.PartLen(part)))
	}
	return out
}
