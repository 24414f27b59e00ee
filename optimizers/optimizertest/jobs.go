package optimizertest

import (
	"fmt"
	"math"

	"staleness/nets/vec"
	o "staleness/optimizers"
)

// jobs checks Strategy.Jobs. Twelve jobs one after the other lead to the same centers whichever
// workers the server takes them for and, of Fresh ones, whichever halves do them.
func jobs[F vec.Float](s o.Strategy[F]) error {
	if s.Jobs == o.Tied {
		return nil
	}
	half := s.Worker(o.Env[F]{Workers: 3, Speed: 1, Seed: 1, X0: start[F]()})
	one := func(int) o.Worker[F] { return half }
	want, err := inTurn(s, one, func(int) int { return 0 })
	if err != nil {
		return err
	}
	half = s.Worker(o.Env[F]{Workers: 3, Speed: 1, Seed: 1, X0: start[F]()})
	got, err := inTurn(s, one, func(k int) int { return k % 3 })
	if err != nil {
		return err
	}
	if k := firstOff(want, got); k >= 0 {
		return fmt.Errorf("its Jobs is not Tied, and update %d depends on which worker the server takes a push for", k)
	}
	if s.Jobs != o.Fresh {
		return nil
	}
	got, err = inTurn(s, func(k int) o.Worker[F] {
		return s.Worker(o.Env[F]{Workers: 3, ID: k % 3, Speed: 1 / float64(1+k%3), Seed: 1, X0: start[F]()})
	}, func(int) int { return 0 })
	if err != nil {
		return err
	}
	if k := firstOff(want, got); k >= 0 {
		return fmt.Errorf("its Jobs is Fresh, and push %d depends on which half does the job, or on what it did before", k)
	}
	return nil
}

// inTurn lets a server of three workers have twelve jobs done, job k by a half for a worker, and
// returns the centers after each.
func inTurn[F vec.Float](s o.Strategy[F], half func(k int) o.Worker[F], worker func(k int) int) ([][]F, error) {
	server := s.Server(o.Env[F]{Workers: 3, ID: -1, Seed: 1, X0: start[F]()})
	grad := Quadratic[F](1, 2, .5)
	d := len(start[F]())
	reply := make([]F, d*max(1, s.Width))
	var centers [][]F
	server.Reply(reply, worker(0))
	for k := range 12 {
		w := half(k)
		if a := w.Receive(reply); a != o.Compute {
			return nil, fmt.Errorf("its Jobs is not Tied, and a reply is answered with %b: a job ends with an Exchange after a Step", a)
		}
		spoil(reply)
		g, loss, a := make([]F, len(reply)), 0., o.Compute
		for n := 0; a == o.Compute; n++ {
			if n == 1000 {
				return nil, fmt.Errorf("its Jobs is not Tied, and a job has not ended after %d steps", n)
			}
			g = g[:d]
			loss = grad(g, vec.Clone(w.Point()), 0, k, 0, 0)
			a = w.Step(g, 1)
			g = g[:cap(g)]
		}
		if a&^o.ReadOld != o.Exchange {
			return nil, fmt.Errorf("its Jobs is not Tied, and a request is %b: a job ends with an Exchange", a)
		}
		if a&o.ReadOld != 0 {
			server.Reply(reply, worker(k+1))
		}
		server.Apply(o.Message[F]{From: worker(k), Vec: g, N: 1, Sched: 1, Loss: loss})
		if a&o.ReadOld == 0 {
			server.Reply(reply, worker(k+1))
		}
		centers = append(centers, vec.Clone(server.Center()))
	}
	return centers, nil
}

// firstOff is where two lists of vectors differ first; -1: nowhere.
func firstOff[F vec.Float](a, b [][]F) int {
	for k := range a {
		for i := range a[k] {
			if math.Float64bits(float64(a[k][i])) != math.Float64bits(float64(b[k][i])) {
				return k
			}
		}
	}
	return -1
}
