package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"staleness/experiments"
	"staleness/experiments/internal/measured"
	"staleness/internal/stream"
	"staleness/sim/delay"
	"staleness/sim/record"
)

// log is a table of gamma times of three workers.
func log(t *testing.T, n int) string {
	t.Helper()
	l := delay.Gamma{Mean: 10e6, CV: .3}.ForWorker(0, 0)
	var b strings.Builder
	b.WriteString("who,took\n")
	for k := range n {
		for w := range 3 {
			r := stream.NewKey(1, "log").At(uint64(w), uint64(k))
			fmt.Fprintf(&b, "w%d,%g\n", w, float64(1+w)*float64(l.Draw(&r))/1e6)
		}
	}
	return write(t, "log.csv", b.String())
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

// command runs the command and wants an exit status.
func command(t *testing.T, want int, args ...string) (said string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := answer(args, &out, &errs); got != want {
		t.Errorf("%v: exit status %d, want %d: %s", args, got, want, errs.String())
	}
	return out.String() + errs.String()
}

func TestLog(t *testing.T) {
	file, dir := log(t, 300), t.TempDir()
	fitted, durations := filepath.Join(dir, "fit.toml"), filepath.Join(dir, "durations.csv")
	said := command(t, experiments.Done, file, "-worker", "who", "-value", "took", "-unit", "ms", "-skip", "10", "-holdout", "0.5",
		"-fit", fitted, "-durations", durations, "-plot", filepath.Join(dir, "plot"))
	for _, want := range []string{"870 times of 3 workers", "  gamma                        +0.0  mean", "held out, the last 50 %", "drift, second half over first"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	var c struct {
		Cluster struct {
			Workers int
			Compute struct {
				Law, Mean string
				CV        float64 `toml:"cv"`
				Worker    struct{ CV float64 }
			}
		}
	}
	if _, err := toml.DecodeFile(fitted, &c); err != nil {
		t.Fatal(err)
	}
	if x := c.Cluster.Compute; c.Cluster.Workers != 3 || x.Law != "gamma" || x.CV < .27 || x.CV > .33 || x.Worker.CV < .4 || x.Worker.CV > .6 {
		t.Errorf("%+v", c)
	}
	again, err := measured.Read(durations, measured.Columns{})
	if err != nil {
		t.Fatal(err)
	}
	first, err := measured.Read(file, measured.Columns{Worker: "who", Value: "took", Unit: "ms", Skip: 10})
	if err != nil || fmt.Sprint(again.Sample) != fmt.Sprint(first.Sample) {
		t.Errorf("the durations come back as others (%v)", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "plot.svg")); err != nil {
		t.Error(err)
	}
}

// Clients that were measured once differ from each other, and each is always alike.
func TestClients(t *testing.T) {
	var b strings.Builder
	b.WriteString("client_id,computation,communication\n")
	l := delay.Lognormal{Mean: 200e6, CV: .8}.ForWorker(0, 0)
	for k := range 500 {
		r := stream.NewKey(2, "log").At(0, uint64(k))
		fmt.Fprintf(&b, "%d,%g,%d\n", k, float64(l.Draw(&r))/1e6, 1000+k)
	}
	said := command(t, experiments.Done, write(t, "clients.csv", b.String()))
	for _, want := range []string{`compute = {law = "constant", `, `per = "sample", worker = {law = "lognormal", cv = 0.`, `up = {bandwidth = "1250kbit/s"}`, "workers = 500"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

// What is wrong is refused with its place, exit status 2, and nothing is written.
func TestRefused(t *testing.T) {
	file, out := log(t, 5), filepath.Join(t.TempDir(), "out")
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "want one file, or the folder of one run"},
		{[]string{file}, "log.csv:1: which column holds the times?"},
		{[]string{file, "-value", "took", "-chrome", out}, "-chrome: "},
		{[]string{file, "-value", "took", "-holdout", "1"}, "-holdout 1: want a share"},
		{[]string{file, "-value", "took", "-skip", "-1"}, "-skip -1: want a number of times"},
		{[]string{file, "-value", "took", "-fit", file}, "which is read here"},
		{[]string{file, "-value", "took", "-unit", "h2"}, "-unit h2 is none of"},
		{[]string{filepath.Join(t.TempDir(), "none.csv")}, "no such file"},
		{[]string{write(t, "bad.csv", "worker,seconds\n1,2\n1,-3\n"), "-fit", out}, "bad.csv:3: seconds is -3: times are not negative"},
		{[]string{write(t, "zeros.csv", "worker,seconds\n1,0\n1,0\n"), "-fit", out}, "are 0: there is nothing to fit"},
	} {
		if said := command(t, experiments.Usage, c.args...); !strings.Contains(said, c.want) {
			t.Errorf("%v: %s, want %s", c.args, said, c.want)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("something was written")
	}
}

// A chromeEvent is one of the Trace Event Format.
type chromeEvent struct {
	Name, Cat, Ph string
	ID            *string
	Pid, Tid      *int
	Ts, Dur       *float64
	Args          map[string]any
}

// What the format wants: every event its phase, its process and thread, and, but for metadata, its
// time; complete events of a thread nest or follow each other; what begins with an id ends with it.
func TestChrome(t *testing.T) {
	rows := []record.Interval{
		{Worker: 1, Kind: record.Compute, StartS: 0, EndS: .1, Shard: -1}, {Worker: 1, Kind: record.Push, StartS: .1, EndS: .2, Bytes: 8},
		{Worker: 0, Kind: record.Compute, StartS: 0, EndS: .2, Shard: -1, Update: -1}, {Worker: 1, Kind: record.Serve, StartS: .2, EndS: .2},
		{Worker: 1, Kind: record.Pull, StartS: .2, EndS: .300000001}, {Worker: 1, Kind: record.Wait, StartS: .1, EndS: .300000001, Shard: -1},
		{Worker: 1, Job: 1, Kind: record.Compute, StartS: .300000001, EndS: .4, Shard: -1},
	}
	var trace bytes.Buffer
	if err := record.WriteTrace(&trace, rows); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "chrome.json")
	command(t, experiments.Done, write(t, "trace.csv", trace.String()), "-chrome", out)
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		DisplayTimeUnit string
		TraceEvents     []chromeEvent
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if u := file.DisplayTimeUnit; u != "ms" && u != "ns" {
		t.Errorf("displayTimeUnit is %q", u)
	}
	until, open, kinds := map[[2]int]float64{}, map[string]float64{}, map[string]int{}
	for _, e := range file.TraceEvents {
		kinds[e.Ph]++
		if e.Pid == nil || e.Tid == nil || e.Name == "" || e.Ph != "M" && (e.Ts == nil || *e.Ts < 0) {
			t.Fatalf("%+v lacks something", e)
		}
		switch e.Ph {
		case "M":
			if e.Args["name"] == nil && e.Args["sort_index"] == nil {
				t.Errorf("%+v says nothing", e)
			}
		case "X":
			at := [2]int{*e.Pid, *e.Tid}
			if e.Dur == nil || *e.Dur < 0 || *e.Ts < until[at] {
				t.Errorf("%+v begins before %g", e, until[at])
			}
			until[at] = *e.Ts + *e.Dur - 1e-6
		case "b", "e":
			if e.ID == nil || e.Cat == "" {
				t.Fatalf("%+v lacks its id or category", e)
			}
			key := fmt.Sprint(*e.Pid, e.Cat, *e.ID, e.Name)
			from, ok := open[key]
			if (e.Ph == "b") == ok || ok && *e.Ts < from {
				t.Errorf("%+v, open since %g: %v", e, from, ok)
			}
			if open[key] = *e.Ts; e.Ph == "e" {
				delete(open, key)
			}
		default:
			t.Errorf("%+v has an unknown phase", e)
		}
	}
	if len(open) > 0 || kinds["X"] != 4 || kinds["b"] != 3 || kinds["e"] != 3 {
		t.Errorf("%v are open of %v", open, kinds)
	}
}
