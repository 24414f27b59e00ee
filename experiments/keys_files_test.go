package experiments

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"staleness/nets/data"
)

// Every key of every data set that is read from text: it changes the record or is refused.
func TestEveryKeyOfEveryFile(t *testing.T) {
	t.Parallel()
	p := newProber(t)
	dir := t.TempDir()
	write := func(name string, line func(r *rand.Rand, class int) string) string {
		r, text := rand.New(rand.NewPCG(1, 2)), ""
		for i := range 60 {
			text += line(r, i%3) + "\n"
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	row := func(r *rand.Rand, class int) string {
		return fmt.Sprintf("%d,%.3f,%d", r.IntN(2), r.NormFloat64()+float64(class), class)
	}
	plain := write("plain.csv", row)
	other := write("other.csv", func(r *rand.Rand, class int) string { return row(r, 2-class) })
	sparse := func(r *rand.Rand, class int) string {
		return fmt.Sprintf("%d 1:%.3f 2:%.3f", class, r.NormFloat64(), r.NormFloat64()+float64(class))
	}
	svm, more := write("a.svm", sparse), write("b.svm", func(r *rand.Rand, class int) string { return sparse(r, 2-class) })
	p.like = []string{" label", " header"} // what auto finds may be said too
	base := with(with(probeBase(), "record.center", nil), "stop.gradients", int64(60))
	for kind, d := range map[string]tree{
		"csv": {"kind": "csv", "path": plain}, "libsvm": {"kind": "libsvm", "path": svm},
	} {
		b := with(base, "problem", tree{"kind": "softmax", "data": d, "batch": int64(4)})
		p.table(kind, b, "problem.data", described(data.Kinds(), kind), map[string][]any{
			"path": map[string][]any{"csv": {other}, "libsvm": {more}}[kind], "label": {"first", "last"}, "header": {"auto", "yes", "no"}, "features": {int64(3)},
		})
	}
	p.end()
}
