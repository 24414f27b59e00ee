// Package optimizertest checks that a method keeps the contract of package optimizers. A test of a method of one's own is
// one line: optimizertest.Test(t, "name").
package optimizertest

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"staleness/internal/params"
	"staleness/internal/state"
	"staleness/nets/vec"
	o "staleness/optimizers"
)

// Test checks the registered method of that name with its defaults:
//
//   - it converges on a quadratic;
//   - one worker without delay takes the steps of its serial rule, bit for bit, where it says so (Strategy.Serial);
//   - it never writes a hyperparameter;
//   - it is pure: two instances that are fed alike are in the same state, and an instance keeps nothing it was lent;
//   - its state goes through a checkpoint into an instance that has lived another life;
//   - it is the same with 1 and with 7 shards, if it says it is elementwise;
//   - nothing moves while the schedule is 0;
//   - staleness is conserved and bounded as the consistency promises, under every consistency that it takes;
//   - what it declares by Horizon, Uniform and Borrow is true.
//
// All of it at both precisions.
func Test(t *testing.T, name string) {
	t.Helper()
	spec, err := o.DefaultSpec(name)
	if err != nil {
		t.Fatal(err)
	}
	TestSpec(t, spec)
}

// TestSpec checks a method with settings of one's own.
func TestSpec(t *testing.T, spec o.Spec) {
	t.Helper()
	t.Run("float64", func(t *testing.T) { all[float64](t, spec) })
	t.Run("float32", func(t *testing.T) { all[float32](t, spec) })
}

func all[F vec.Float](t *testing.T, spec o.Spec) {
	s, err := o.Build[F](spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		test func(*testing.T, o.Spec, o.Strategy[F])
	}{
		{"converges", converges[F]}, {"serial", serial[F]}, {"hyperparameters", hyperparameters[F]}, {"pure", pure[F]}, {"checkpoint", checkpoint[F]},
		{"shards", shards[F]}, {"frozen", frozen[F]}, {"consistencies", everyConsistency[F]}, {"borrow", borrow[F]},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, spec, s) })
	}
}

// dim is long enough for 7 shards of unequal length and for the tails of wide kernels.
const dim = 23

var curvature = []float64{1, .5, .25}

func start[F vec.Float]() []F {
	x := make([]F, dim)
	for i := range x {
		x[i] = F(1 - float64(i%5)/2)
	}
	return x
}

// loss of the models a method is judged by.
func loss[F vec.Float](s o.Strategy[F], r *Run[F]) (f float64) {
	models := [][]F{r.Center()}
	if s.Models != nil {
		models = s.Models(models[0], r.Points())
	}
	g := make([]F, dim)
	for _, x := range models {
		f += Quadratic[F](curvature...)(g, x, 0, 0, 0, 0) / float64(len(models))
	}
	return f
}

// uneven durations: the workers differ, and each varies.
func uneven(worker, k int) int64 {
	z := uint64(worker)*0x9e3779b97f4a7c15 + uint64(k)*0xbf58476d1ce4e5b9
	z = (z ^ z>>29) * 0x94d049bb133111eb
	return 500 + 300*int64(worker%3) + int64(z>>32%1000)
}

func workersOf[F vec.Float](s o.Strategy[F]) int {
	if s.MaxWorkers > 0 {
		return min(s.MaxWorkers, 4)
	}
	return 4
}

func setup[F vec.Float](s o.Strategy[F]) Setup[F] {
	return Setup[F]{Strategy: s, Workers: workersOf(s), X0: start[F](), Compute: uneven, Up: 40, Down: 30, Grad: Quadratic[F](curvature...)}
}

func begin[F vec.Float](t *testing.T, s Setup[F]) *Run[F] {
	t.Helper()
	r, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// advance handles so many events and checks after each.
func advance[F vec.Float](t *testing.T, r *Run[F], events int) {
	t.Helper()
	for i := range events {
		if !r.Step() {
			t.Fatalf("after %d events nothing happens any more: every worker waits", i)
		}
		if err := r.Check(); err != nil {
			t.Fatalf("event %d, time %d: %v", i, r.Now, err)
		}
	}
}

// digest is the state of a run as a checkpoint would have it.
func digest[F vec.Float](t *testing.T, r *Run[F]) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// converges: with the rates as they are, or ten or a hundred times smaller, since published defaults are for other
// problems.
func converges[F vec.Float](t *testing.T, _ o.Spec, s o.Strategy[F]) {
	const most = 60_000
	var report []string
	for _, factor := range []float64{1, .1, .01} {
		c := setup(s)
		c.Sched = func(int) float64 { return factor }
		r := begin(t, c)
		first, last := loss(s, r), 0.
		for i := 0; i < most; i += 2000 {
			for range 2000 {
				if !r.Step() {
					t.Fatal("nothing happens any more: every worker waits")
				}
			}
			if last = loss(s, r); last < first/1000 {
				return
			}
		}
		report = append(report, fmt.Sprintf("to %.3g with rates times %g", last, factor))
	}
	t.Errorf("in %d events the loss did not fall a thousandfold: %s", most, strings.Join(report, ", "))
}

func serial[F vec.Float](t *testing.T, _ o.Spec, s o.Strategy[F]) {
	if s.Serial == nil {
		return // it makes no such promise
	}
	c := setup(s)
	c.Workers, c.Up, c.Down = 1, 0, 0
	c.Sched = func(k int) float64 { return 1 / (1 + float64(k)/16) }
	r := begin(t, c)
	x, g := start[F](), make([]F, dim)
	rule := o.NewRule[F](s.Serial, dim)
	for k := 1; k <= 100; k++ {
		for r.Updates < k {
			advance(t, r, 1)
		}
		c.Grad(g, x, 0, 0, 0, 0)
		rule.Step(x, g, c.Sched(k))
		if !slices.Equal(x, r.Center()) {
			t.Fatalf("update %d: the center is %v, serial descent is at %v", k, r.Center()[:3], x[:3])
		}
	}
}

// hyperparameters are looked for in the halves by name and by type.
func hyperparameters[F vec.Float](t *testing.T, spec o.Spec, s o.Strategy[F]) {
	before := spec.Encode()
	names := map[string]bool{}
	var collect func(ks []params.KeyDoc)
	collect = func(ks []params.KeyDoc) {
		for _, k := range ks {
			names[strings.ReplaceAll(k.Key, "_", "")] = true
			collect(k.Keys)
		}
	}
	collect(params.DescribeStruct(spec.Method))
	r := begin(t, setup(s))
	was := r.settings(names)
	advance(t, r, 500)
	if is := r.settings(names); !slices.Equal(was, is) {
		t.Errorf("a half has written its hyperparameters:\nbefore %v\nafter  %v", was, is)
	}
	if after := spec.Encode(); !reflect.DeepEqual(before, after) {
		t.Errorf("the configuration was written to:\nbefore %v\nafter  %v", before, after)
	}
}

// settings lists the scalars of all halves that are named like hyperparameters or belong to a configuration.
func (r *Run[F]) settings(names map[string]bool) (found []string) {
	for i, h := range r.hubs {
		found = scalars(found, fmt.Sprintf("server %d", i), reflect.ValueOf(h.Server()), names, false)
	}
	for i := range r.workers {
		found = scalars(found, fmt.Sprintf("worker %d", i), reflect.ValueOf(r.workers[i].half), names, false)
	}
	return found
}

func scalars(found []string, path string, v reflect.Value, names map[string]bool, all bool) []string {
	switch k := v.Kind(); {
	case k == reflect.Pointer || k == reflect.Interface:
		if !v.IsNil() {
			found = scalars(found, path, v.Elem(), names, all)
		}
	case k == reflect.Struct:
		all = all || isConfig(v.Type())
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if all || f.Anonymous || names[strings.ToLower(f.Name)] || f.Type.Kind() >= reflect.Array {
				found = scalars(found, path+"."+f.Name, v.Field(i), names, all)
			}
		}
	case all || k < reflect.Array && names[strings.ToLower(path[strings.LastIndexByte(path, '.')+1:])]:
		if k < reflect.Array || k == reflect.String {
			found = append(found, fmt.Sprintf("%s=%v", path, v))
		}
	}
	return found
}

// isConfig says whether a type is registered, or embedded in one that is: exported and made of documented fields.
func isConfig(t reflect.Type) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("doc") == "" && !(f.Anonymous && f.Type.Kind() == reflect.Struct && isConfig(f.Type)) {
			return false
		}
	}
	return t.NumField() > 0
}

func pure[F vec.Float](t *testing.T, _ o.Spec, s o.Strategy[F]) {
	a, b := begin(t, setup(s)), begin(t, setup(s))
	advance(t, a, 400) // a runs ahead: what they share, b would see
	advance(t, b, 400)
	if !bytes.Equal(digest(t, a), digest(t, b)) {
		t.Error("two instances that were fed alike differ: they share memory, or draw from somewhere")
	}
	if !vec.Finite(a.Center()) {
		t.Error("the center is not finite: a half has kept, or not overwritten, what it was lent")
	}
}

func checkpoint[F vec.Float](t *testing.T, _ o.Spec, s o.Strategy[F]) {
	straight := begin(t, setup(s))
	for _, events := range []int{0, 1, 7, 100, 333} {
		advance(t, straight, events)
		saved := digest(t, straight)
		advance(t, straight, 90)
		dirty := begin(t, setup(s))
		advance(t, dirty, 137)
		if err := dirty.Load(bytes.NewReader(saved)); err != nil {
			t.Fatal(err)
		}
		advance(t, dirty, 90)
		if !bytes.Equal(digest(t, straight), digest(t, dirty)) {
			t.Fatalf("resumed after %d more events, it goes another way", events)
		}
	}
	var b bytes.Buffer
	if err := state.Save(&b, straight); err != nil { // as any driver would
		t.Fatal(err)
	}
}

// shards: when no time passes between them, it does not matter how many there are.
func shards[F vec.Float](t *testing.T, _ o.Spec, s o.Strategy[F]) {
	if err := s.Shardable(s.Consistency); err != nil {
		if s.Elementwise && s.Consistency.Limit == 0 && s.Clip.Push == 0 && !s.Peers {
			t.Error(err)
		}
		return
	}
	trace := func(n int) (centers [][]F) {
		c := setup(s)
		c.Shards = n
		r := begin(t, c)
		for range 60 {
			for u := r.Updates; u == r.Updates; {
				if !r.Step() || r.Now > 10_000_000 {
					return centers // it makes no updates
				}
			}
			for at := r.Now; len(r.queue) > 0 && r.queue[0].at == at; { // the other shards
				r.Step()
			}
			centers = append(centers, r.Center())
		}
		return centers
	}
	one, seven := trace(1), trace(7)
	if !reflect.DeepEqual(one, seven) {
		t.Error("1 and 7 shards give different centers: it is not elementwise")
	}
}

// frozen: rates of 0 move nothing.
func frozen[F vec.Float](t *testing.T, _ o.Spec, s o.Strategy[F]) {
	if s.Rateless {
		return
	}
	c := setup(s)
	c.Sched = func(int) float64 { return 0 }
	r := begin(t, c)
	advance(t, r, 500)
	if x := r.Center(); !slices.Equal(x, c.X0) {
		t.Errorf("the schedule is 0, yet the center went from %v to %v", c.X0[:3], x[:3])
	}
}

func everyConsistency[F vec.Float](t *testing.T, _ o.Spec, s o.Strategy[F]) {
	taken := 0
	for _, c := range []o.Consistency{
		o.Async(), o.BSP(), o.SSP(0), o.SSP(2), o.Softsync(3), o.KAsync(2), o.KSync(2, false), o.KSync(2, true), o.KBatchSync(3, false),
		o.KBatchSync(3, true), o.Bounded(1, false), o.Bounded(2, true), o.Bounded(6, true),
	} {
		own, err := s.Resolve(c, workersOf(s))
		if err != nil {
			if !strings.Contains(err.Error(), "take") && !strings.Contains(err.Error(), "leave") {
				t.Errorf("%v is refused without a remedy: %v", c, err)
			}
			continue
		}
		taken++
		t.Run(own.String(), func(t *testing.T) { bounds(t, s, c, own) })
	}
	if taken == 0 {
		t.Error("no consistency will do")
	}
}

// bounds checks what a consistency promises of staleness and of the lead of the fastest.
func bounds[F vec.Float](t *testing.T, s o.Strategy[F], run, c o.Consistency) {
	set := setup(s)
	set.Consistency = run
	_, ages := any(begin(t, set).Hub(0).Server()).(o.Ager)
	var r *Run[F]
	set.OnPush = func(from int, out o.Outcome, _ []F) {
		switch {
		case ages || out.Verdict == o.Dropped:
		case c.Limit > 0 && out.Tau >= c.Limit:
			t.Errorf("a push of staleness %d was taken, the limit is %d", out.Tau, c.Limit)
		case c.Gather == o.All && out.Tau > 1, c.Gather == o.All && out.Tau == 1 && !s.Trails:
			t.Errorf("staleness %d in a round of all workers", out.Tau)
		}
		if lead := r.Hub(0).Lead(from); c.Hold == o.HoldClock && lead > c.Slack+1 {
			t.Errorf("worker %d is %d pushes ahead of the slowest, the slack is %d", from, lead, c.Slack)
		}
	}
	r = begin(t, set)
	advance(t, r, 800)
	if s.Models == nil && r.Updates == 0 {
		t.Error("no update in 800 events")
	}
}

// borrow: a worker that borrows what it was sent goes the same way as one that copies it.
func borrow[F vec.Float](t *testing.T, _ o.Spec, s o.Strategy[F]) {
	c := setup(s)
	lent := begin(t, c)
	c.NoBorrow = true
	copied := begin(t, c)
	advance(t, lent, 300)
	advance(t, copied, 300)
	if !slices.Equal(lent.Center(), copied.Center()) {
		t.Error("Borrow and Receive lead to different centers")
	}
}
