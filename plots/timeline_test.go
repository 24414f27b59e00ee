package plots

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	madeup "staleness/plots/internal/made"
	"staleness/sim/record"
)

func TestTimeline(t *testing.T) {
	trained := training(1, .1, .2, .1, 3)
	fig := decode(t, map[string]any{"kind": "timeline", "width": "page"})
	bare := madeup.Store(t, []madeup.Run{{Seed: 1, Rows: trained}})
	if _, err := Make(fig, bare); err == nil || !strings.Contains(err.Error(), "record.trace = true") {
		t.Errorf("without trace.csv: %v", err)
	}
	bare[0].Config["record"] = map[string]any{"trace": false}
	if err := Check(fig, Plan{Runs: bare}); err == nil || !strings.Contains(err.Error(), "record.trace = true") {
		t.Errorf("before the runs: %v", err)
	}
	end := func(s *record.Summary) { s.VirtualTimeS = 0.45 }
	golden(t, "timeline", fig, madeup.Store(t, []madeup.Run{{Seed: 1, Rows: trained, Trace: madeup.Intervals(1), Finish: end}}))
}

// By hand: overlaps show what tells most; a push that was dropped makes its computations vain, and
// so does what cuts one short; what is not known at the end is not in vain.
func TestTimelineLanes(t *testing.T) {
	rows := []record.Interval{
		{Kind: record.Compute, StartS: 0, EndS: 1}, {Kind: record.Compute, StartS: 1, EndS: 2},
		{Kind: record.Push, StartS: 2, EndS: 3}, {Kind: record.Serve, StartS: 3, EndS: 4, Update: -1}, {Kind: record.Wait, StartS: 2, EndS: 5},
		{Job: 1, Kind: record.Compute, StartS: 5, EndS: 6}, {Job: 1, Kind: record.Compute, StartS: 6, EndS: 6.5, Update: -1},
		{Job: 1, Kind: record.Compute, StartS: 6.5, EndS: 7}, {Job: 1, Kind: record.Push, StartS: 7, EndS: 8}, {Job: 1, Kind: record.Serve, StartS: 8, EndS: 9, Update: 1},
		{Job: 2, Kind: record.Compute, StartS: 8, EndS: 8.5}, {Job: 2, Kind: record.Push, StartS: 8.5, EndS: 9}, {Job: 2, Kind: record.Serve, StartS: 9, EndS: 99, Update: -1},
	}
	l := lanes{Timeline: Timeline{Workers: 1}}
	by, _ := l.sort(rows, 0.5, 10)
	got := resolve(by[0])
	want := []stretch{{.5, 1, inVain}, {1, 2, inVain}, {2, 3, sending}, {3, 4, inQueue}, {4, 5, idling}, {5, 6, inVain}, {6, 6.5, inVain},
		{6.5, 7, computing}, {7, 8, sending}, {8, 8.5, computing}, {8.5, 9, sending}, {9, 10, inQueue}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v\nwant\n%v", got, want)
	}
}

// A lane that is too fine to be seen shows what took most of the time, and no more pieces than
// cells.
func TestTimelineThin(t *testing.T) {
	var rows []record.Interval
	for k := range 5000 {
		at := float64(k)
		rows = append(rows, record.Interval{Kind: record.Compute, StartS: at, EndS: at + .7}, record.Interval{Kind: record.Wait, StartS: at + .7, EndS: at + 1})
	}
	l := lanes{Timeline: Timeline{Workers: 1}}
	p := l.panel("", rows, 5000)
	if i := slices.IndexFunc(p.Marks, func(m Mark) bool { return m.(gantt).Group != doingNames[computing] }); i >= 0 || len(p.Marks) != 1 {
		t.Errorf("%d marks", len(p.Marks))
	}
	if g := p.Marks[0].(gantt); len(g.Y) != 1 || g.Hi[0] < 4999 || !l.coarse {
		t.Errorf("%+v", g)
	}
	if share := l.spent[computing] / (l.spent[computing] + l.spent[idling]); share < .699 || share > .701 {
		t.Errorf("computing %g of the time", share)
	}
}
