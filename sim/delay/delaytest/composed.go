package delaytest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"staleness/internal/stream"
	"staleness/sim/delay"
)

// A Drawer draws one duration of a worker after the other, as the engine does.
type Drawer struct {
	law    delay.Law
	aware  delay.Aware
	turn   delay.Turn
	key    stream.Key
	worker uint64
	k      uint64
	rand   stream.Rand
	memory []uint64
}

// NewDrawer is at the first draw of a worker, from a family of streams.
func NewDrawer(l delay.Law, key stream.Key, worker uint64) *Drawer {
	d := &Drawer{law: l, key: key, worker: worker}
	if d.aware, _ = l.(delay.Aware); d.aware != nil {
		d.memory = make([]uint64, d.aware.Memory())
	}
	return d
}

// Next is the next duration, of a task that begins at a time.
func (d *Drawer) Next(now int64) time.Duration {
	d.rand = d.key.At(d.worker, d.k)
	if d.aware == nil {
		d.k++
		return d.law.Draw(&d.rand)
	}
	d.turn = delay.Turn{Own: d.rand, Key: d.key, Worker: d.worker, Index: d.k, Now: now, Times: 1, Memory: d.memory}
	d.k++
	return d.aware.Next(&d.turn)
}

// Composed tests the law of a table, of whatever keys: what it draws in its course is a function of
// the streams and of what it remembers, it changes nothing that it may not, it allocates nothing,
// and written out it is the same law.
func Composed(t *testing.T, table map[string]any) {
	t.Helper()
	c, err := delay.Laws().Decode("law", table)
	if err != nil {
		t.Fatal(err)
	}
	key := stream.NewKey(9, "compute")
	for _, worker := range []int{0, 3} {
		at := fmt.Sprintf("%v, worker %d", table, worker)
		l := c.(delay.Spec).ForWorker(worker, machine)
		back, err := delay.Laws().Decode("law", delay.Laws().EncodeApplying(c))
		if err != nil {
			t.Fatalf("%s: written out: %v", at, err)
		}
		if m := back.(delay.Spec).ForWorker(worker, machine); !reflect.DeepEqual(l, m) {
			t.Fatalf("%s: written out and read again it is another law: %+v, %+v", at, l, m)
		}
		if m := l.Mean(); !(m >= 0) || l.CV() < 0 {
			t.Errorf("%s: mean %v, cv %v", at, m, l.CV())
		}
		sane(t, at, l)
		if _, ok := l.(delay.Aware); !ok {
			moments(t, at, l, 5000)
			pure(t, at, l)
			continue
		}
		course(t, at, l, key, uint64(worker))
	}
}

// course draws one after the other, and again from the middle.
func course(t *testing.T, at string, l delay.Law, key stream.Key, worker uint64) {
	t.Helper()
	d := NewDrawer(l, key, worker)
	var want []time.Duration
	var kept Drawer
	now := int64(0)
	at30 := int64(0)
	for k := range 60 {
		if k == 30 {
			kept, at30 = *d, now
			kept.memory = slices.Clone(d.memory)
		}
		x := d.Next(now)
		if x < 0 {
			t.Fatalf("%s: draw %d is %v", at, k, x)
		}
		if turn := d.turn; turn.Key != key || turn.Worker != worker || turn.Index != uint64(k) || turn.Now != now || turn.Times != 1 || len(turn.Memory) != len(d.memory) {
			t.Fatalf("%s: draw %d has changed its turn: %+v", at, k, turn)
		}
		want = append(want, x)
		now += int64(x)
	}
	now = at30
	for k := 30; k < 60; k++ {
		x := kept.Next(now)
		if x != want[k] {
			t.Fatalf("%s: draw %d is %v, and %v from what was remembered", at, k, want[k], x)
		}
		now += int64(x)
	}
	if n := testing.AllocsPerRun(100, func() { d.Next(now) }); n != 0 {
		t.Errorf("%s: %v allocations a draw", at, n)
	}
}
