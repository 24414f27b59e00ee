package params

import (
	"testing"
	"time"
)

type wanting struct {
	Count  int           `doc:"d" in:"[2,3]" required:""`
	Share  float64       `doc:"d" in:"(0.3,0.7)" required:""`
	Word   string        `doc:"d" in:"one|two" required:""`
	Time   time.Duration `doc:"d" in:"(0,)" required:""`
	List   []int         `doc:"d" in:"[0,1]" len:"[2,2]" required:""`
	Maybe  *float64      `doc:"d" in:"[5,20]" required:""`
	Switch bool          `doc:"d" required:""`
	Free   int           `doc:"d"`
}

// An example can be decoded, and leaves what has a default.
func TestExample(t *testing.T) {
	r := New("test of examples", "kind")
	r.Add(Entry{Name: "wanting", Doc: "d", Defaults: wanting{}})
	table := r.Example("wanting")
	if _, err := r.Decode("x", table); err != nil || len(table) != 8 {
		t.Errorf("%v: %v", table, err)
	}
	if _, ok := table["free"]; ok {
		t.Error("what has a default is given")
	}
}
