package sim

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/optimizers"
	"staleness/sim/record"
)

var rewrite = flag.Bool("rewrite", false, "write the event traces in testdata anew")

// transcript writes down events and what they led to.
type transcript struct{ b strings.Builder }

func (w *transcript) event(e event) { fmt.Fprintln(&w.b, e) }

func (w *transcript) Push(r *record.Row, center []float64) error {
	fmt.Fprintf(&w.b, "    w%d %s: read %d, version %d, updates %d, x = %.6g\n", r.Worker, r.Verdict, r.VersionRead, r.Version, r.Update, center)
	return nil
}

func (w *transcript) Eval(e *record.Evaluation) error {
	fmt.Fprintf(&w.b, "    evaluation: updates %d, gradients %d, train loss %.6g\n", e.Updates, e.Gradients, e.TrainLoss)
	return nil
}

// A scene is a small run that a change of its configuration makes.
type scene struct {
	method  optimizers.Method
	workers int
	change  func(*Config[float64])
}

// Interactions as text: testdata holds what happens in small runs, event by event. Read the
// difference before you -rewrite.
func TestEventTraces(t *testing.T) {
	elastic := optimizers.Default[optimizers.AEASGD]()
	elastic.Window, elastic.Beta, elastic.Alpha = 2, 0, .1
	overlap := optimizers.Default[optimizers.Downpour]()
	overlap.Form, overlap.NPush, overlap.NFetch = "distbelief", 2, 3
	scenes := map[string]scene{
		"ties":           {optimizers.Default[optimizers.ASGD](), 2, func(c *Config[float64]) {}},
		"pull_then_push": {elastic, 2, func(c *Config[float64]) {}},
		"overlap": {overlap, 2, func(c *Config[float64]) {
			c.Cluster.Down = each(2, Link{Latency: constant(7)})
		}},
		"bsp": {optimizers.Default[optimizers.ASGD](), 3, func(c *Config[float64]) {
			c.Consistency = optimizers.BSP()
			c.Cluster.Compute[1] = constant(14)
			c.Cluster.Server.Service = constant(1)
		}},
		"backup_abort": {optimizers.Default[optimizers.ASGD](), 3, func(c *Config[float64]) {
			c.Consistency = optimizers.KSync(2, true)
			c.Cluster.Compute[2] = constant(25)
			c.Cluster.Down = each(3, Link{Latency: constant(2)})
		}},
		"interrupt_crosses": {optimizers.Default[optimizers.ASGD](), 2, func(c *Config[float64]) {
			c.Consistency = optimizers.KSync(1, true)
			c.Cluster.Compute[1] = constant(12)
			c.Cluster.Down = each(2, Link{Latency: constant(4)})
		}},
		"shards_nic": {optimizers.Default[optimizers.ASGD](), 2, func(c *Config[float64]) {
			c.X0, c.Problem = each(2, 1.), bowl{2, 1, 0}
			c.Cluster.Server = Server{Shards: 2, NIC: 4e9}
		}},
		"ssp": {optimizers.Default[optimizers.ASGD](), 2, func(c *Config[float64]) {
			c.Consistency = optimizers.SSP(1)
			c.Cluster.Compute[1] = constant(35)
		}},
		"tick": {optimizers.Default[optimizers.ASGD](), 2, func(c *Config[float64]) { c.Eval.Every = 10 }},
	}
	maps.Copy(scenes, faultScenes())
	for name, c := range scenes {
		t.Run(name, func(t *testing.T) {
			cfg := config(strategy(t, c.method), c.workers, 1)
			cfg.Cluster.Compute = each(c.workers, constant(10))
			cfg.Stop.Updates = 5
			cfg.Record = Record{Updates: true, Center: true}
			c.change(&cfg)
			w := new(transcript)
			r, err := run(context.Background(), cfg, w, nil, options{watch: w.event})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range r.Invariants {
				if v.Err != nil {
					t.Errorf("%s: %v", v.Name, v.Err)
				}
			}
			fmt.Fprintf(&w.b, "%s: %s\n", r.Status, r.Reason)
			file := filepath.Join("testdata", name+".txt")
			if *rewrite {
				if err := os.WriteFile(file, []byte(w.b.String()), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got := w.b.String(); got != string(want) {
				t.Errorf("%s differs:\n%s", file, got)
			}
		})
	}
}
