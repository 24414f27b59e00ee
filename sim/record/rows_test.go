package record

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// The columns are a promise.
func TestColumns(t *testing.T) {
	const evals = "time_s,updates,pushes,gradients,samples,epoch,bytes,point,train_loss,test_loss,test_accuracy,validation_loss,validation_accuracy,grad_norm,suboptimality,consensus,tokens,perplexity,bits_per_byte"
	const updates = "update,time_s,worker,version_read,version,staleness,gap,grad_norm,update_norm,loss,verdict,queue_s,service_s,compute_s,push_s,pull_s,wait_s"
	if got := strings.Join(names(evalColumns), ","); got != evals {
		t.Errorf("eval.csv: %s", got)
	}
	if got := strings.Join(names(updateColumns), ","); got != updates {
		t.Errorf("updates.csv: %s", got)
	}
}

// fill sets every field of a row to a random value, through the type, so that no column can be
// forgotten.
func fill(r *rand.Rand, row any) {
	v := reflect.ValueOf(row).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Float64:
			x := math.Float64frombits(r.Uint64())
			if math.IsNaN(x) {
				x = 0.1
			}
			if r.IntN(4) == 0 {
				x = []float64{0, math.Copysign(0, -1), 1, -1, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), 1e21, 1e-5}[r.IntN(10)]
			}
			f.SetFloat(x)
		case reflect.Int64:
			f.SetInt(int64(r.Uint64() >> 1 >> r.IntN(63)))
		case reflect.String:
			f.SetString([]string{"center", "applied", "workers-mean"}[r.IntN(3)])
		}
	}
}

func same(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for dim := range 4 {
		evals, updates := make([]Evaluation, 200), make([]Row, 200)
		for i := range evals {
			fill(r, &evals[i])
			fill(r, &updates[i])
			for range dim {
				updates[i].Center = append(updates[i].Center, r.NormFloat64())
			}
		}
		var b bytes.Buffer
		if err := WriteEvals(&b, evals); err != nil {
			t.Fatal(err)
		}
		gotEvals, err := ReadEvals(&b)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(gotEvals, evals) {
			t.Error("evaluations differ")
		}
		for i := range evals {
			if !same(gotEvals[i].TrainLoss, evals[i].TrainLoss) {
				// -0 is not 0
				t.Errorf("row %d: %v, %v", i, gotEvals[i].TrainLoss, evals[i].TrainLoss)
			}
		}
		b.Reset()
		if err := WriteUpdates(&b, updates); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		gotUpdates, err := ReadUpdates(&b)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(gotUpdates, updates) {
			t.Error("updates differ")
		}
		b.Reset()
		if err := WriteUpdates(&b, gotUpdates); err != nil || b.String() != text {
			t.Errorf("written again they differ, or %v", err)
		}
	}
}

func TestOmitted(t *testing.T) {
	var b bytes.Buffer
	rows := []Row{{Update: 1, Staleness: 3, Loss: 0.5, Verdict: "applied"}}
	if err := WriteUpdates(&b, rows, "time_s", "version_read", "version", "gap", "queue_s", "service_s", "compute_s", "push_s", "pull_s", "wait_s"); err != nil {
		t.Fatal(err)
	}
	if want := "update,worker,staleness,grad_norm,update_norm,loss,verdict\n1,0,3,0,0,0.5,applied\n"; b.String() != want {
		t.Errorf("got %q", b.String())
	}
	got, err := ReadUpdates(&b)
	if err != nil {
		t.Fatal(err)
	}
	if r := got[0]; !math.IsNaN(r.TimeS) || r.Version != -1 || r.Staleness != 3 || r.Center != nil {
		t.Errorf("%+v", r)
	}
	for name, want := range map[string]bool{"time_s": false, "version": false, "staleness": true, "verdict": false, "nonsense": false, "loss": true} {
		if _, ok := got[0].Value(name); ok != want {
			t.Errorf("Value of %s: %v", name, ok)
		}
	}
	if x, ok := (&Evaluation{TestAccuracy: 0.75}).Value("test_accuracy"); !ok || x != 0.75 {
		t.Errorf("%v, %v", x, ok)
	}
	if err := WriteUpdates(&b, rows, "tau"); err == nil {
		t.Error("an unknown column is omitted")
	}
	if err := WriteUpdates(&b, []Row{{Center: []float64{1}}, {}}); err == nil {
		t.Error("centers of two lengths pass")
	}
}

func TestDamagedTables(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "1: the file is empty"},
		{"\n", `1: unknown column ""`},
		{"update,time_s", "1: the file is cut off"},
		{"update,tau\n", `1: unknown column "tau"; columns are update`},
		{"update,update\n", `1: column "update" is twice there`},
		{"time_s,update\n", `1: column "update" is twice there or out of order`},
		{"update,x1\n", `1: unknown column "x1"`},
		{"x0\n", `1: unknown column "x0"`},
		{"update,x0,loss\n", `1: column "loss" is twice there or out of order`},
		{"update,loss\n1,2\n1\n", "3: 1 fields where the header names 2 columns"},
		{"update,loss\n1,2\n1,2,3\n", "3: 3 fields"},
		{"update,loss\n1,2\n\n", "3: 1 fields"},
		{"update,loss\n1,2\n1,", "3: the file is cut off in the middle of a line"},
		{"update,loss\n1,a\n", `2: column loss: "a" is not a number`},
		{"update,loss\n1,\n", `2: column loss: "" is not a number`},
		{"update,loss\n1.5,2\n", `2: column update: "1.5" is not a count`},
		{"update,loss\n-1,2\n", `2: column update: "-1" is not a count`},
		{"update,verdict\n1,\n", "2: column verdict: is empty"},
		{"update,x0\n1,z\n", `2: column x0: "z" is not a number`},
		{"update,loss\r\n1,2\r\n", `1: unknown column "loss\r"`},
		{"update,loss\n1,1e999\n", `2: column loss: "1e999" is not a number`},
	} {
		if rows, err := ReadUpdates(strings.NewReader(c.text)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q: %v, %v", c.text, rows, err)
		}
	}
	if _, err := ReadEvals(strings.NewReader("updates,x0\n")); err == nil {
		t.Error("eval.csv with a center passes")
	}
}

// Lines longer than any buffer, and many rows.
func TestLongLines(t *testing.T) {
	const dim = 20_000
	rows := make([]Row, 3)
	for i := range rows {
		rows[i] = Row{Update: int64(i), Verdict: "applied", Center: make([]float64, dim)}
		rows[i].Center[dim-1] = float64(i) + 0.5
	}
	var b bytes.Buffer
	if err := WriteUpdates(&b, rows); err != nil {
		t.Fatal(err)
	}
	got, err := ReadUpdates(&b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, rows) {
		t.Error("rows differ")
	}
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0", 1: "1e-09", 100 * time.Millisecond: "0.1", 12345678901: "12.345678901", 3 * time.Hour: "10800"} {
		if got := string(appendFloat(nil, Seconds(d))); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}

func FuzzReadUpdates(f *testing.F) {
	f.Add([]byte("update,loss\n1,2\n"))
	f.Add([]byte("update,time_s,staleness,verdict,x0,x1\n1,0.5,3,applied,NaN,-Inf\n"))
	f.Add([]byte(strings.Join(names(updateColumns), ",") + ",x0\n1,2,3,4,5,6,7,8,9,10,applied,1,2,3,4,5,6\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := ReadUpdates(bytes.NewReader(b))
		if err != nil {
			if !strings.Contains(err.Error(), ":") {
				t.Errorf("an error without a line: %v", err)
			}
			return
		}
		again(t, rows, bytes.SplitN(b, []byte("\n"), 2)[0], names(updateColumns), WriteUpdates, ReadUpdates)
	})
}

func FuzzReadTrace(f *testing.F) {
	f.Add([]byte("worker,kind,end_s,update\n1,compute,2,-1\n"))
	f.Add([]byte(strings.Join(names(traceColumns), ",") + "\n1,-1,pull,4,5,6,7,8,9\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := ReadTrace(bytes.NewReader(b))
		if err != nil {
			return
		}
		again(t, rows, bytes.SplitN(b, []byte("\n"), 2)[0], names(traceColumns), WriteTrace, ReadTrace)
	})
}

func FuzzReadEvals(f *testing.F) {
	f.Add([]byte("time_s,updates,point,train_loss\n0,0,center,2.5\n"))
	f.Add([]byte("updates\n1\n"))
	f.Add([]byte(strings.Join(names(evalColumns), ",") + "\n1,2,3,4,5,6,7,center,9,10,1,1,2,3,4,5\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := ReadEvals(bytes.NewReader(b))
		if err != nil {
			return
		}
		again(t, rows, bytes.SplitN(b, []byte("\n"), 2)[0], names(evalColumns), WriteEvals, ReadEvals)
	})
}

// again writes what was read and reads it again: the same, though perhaps not the same text.
func again[R any](t *testing.T, rows []R, header []byte, all []string, write func(io.Writer, []R, ...string) error, read func(io.Reader) ([]R, error)) {
	t.Helper()
	have := strings.Split(string(header), ",")
	var omit []string
	for _, name := range all {
		if !slices.Contains(have, name) {
			omit = append(omit, name)
		}
	}
	var b bytes.Buffer
	if err := write(&b, rows, omit...); err != nil {
		t.Fatal(err)
	}
	got, err := read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", rows) { // NaN equals NaN in words
		t.Fatalf("%+v became %+v", rows, got)
	}
}
