package experiments_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"staleness/experiments"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim/record"
)

// Signed is a method of one's own: asynchronous sign descent, x <- x - rate sign(g). Its halves are
// those of any strategy.
type Signed struct {
	Rate float64 `doc:"step size" in:"(0,)"`
}

type signedWorker[F vec.Float] struct{ x []F }

func (w *signedWorker[F]) Point() []F                          { return w.x }
func (w *signedWorker[F]) Step([]F, float64) optimizers.Action { return optimizers.Exchange }
func (w *signedWorker[F]) Receive(v []F) optimizers.Action     { copy(w.x, v); return optimizers.Compute }

type signedServer[F vec.Float] struct {
	x    []F
	rate F
}

func (s *signedServer[F]) Center() []F          { return s.x }
func (s *signedServer[F]) Reply(dst []F, _ int) { copy(dst, s.x) }
func (s *signedServer[F]) Apply(m optimizers.Message[F]) optimizers.Verdict {
	for j, g := range m.Vec {
		switch {
		case g > 0:
			s.x[j] -= s.rate
		case g < 0:
			s.x[j] += s.rate
		}
	}
	return optimizers.Applied
}

func signed[F vec.Float](c Signed) optimizers.Strategy[F] {
	return optimizers.Strategy[F]{
		Worker: func(e optimizers.Env[F]) optimizers.Worker[F] { return &signedWorker[F]{append([]F(nil), e.X0...)} },
		Server: func(e optimizers.Env[F]) optimizers.Server[F] {
			return &signedServer[F]{append([]F(nil), e.X0...), F(c.Rate)}
		},
	}
}

const signedRun = `
[problem]
kind = "quadratic"
[strategy]
kind = "signed"
rate = 0.125
[cluster]
workers = 2
compute = "10ms"
[stop]
updates = 8
`

// A main of one's own registers a method and calls the same runner. It would end by
// os.Exit(experiments.Main(os.Args[1:], os.Stdout, os.Stderr)).
func Example() {
	optimizers.Register("signed", "asynchronous sign descent", "", Signed{Rate: 0.1}, signed[float32], signed[float64])

	dir, _ := os.MkdirTemp("", "signed")
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "signed.toml")
	os.WriteFile(file, []byte(signedRun), 0o644)
	status := experiments.Main([]string{file, "-out", dir}, io.Discard, io.Discard)

	runs, err := record.Load(filepath.Join(dir, "signed"))
	fmt.Println(status, err, len(runs), runs[0].Summary.Status, runs[0].Summary.FinalSuboptimality)
	// Output: 0 <nil> 1 completed 0
}
