package page

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"staleness/plots"
	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// count writes a number of things.
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// summary is how it all went, in a line.
func (p *Page) summary() string {
	ended := map[string]int{}
	for i := range p.Runs {
		ended[p.Runs[i].Summary.Status]++
	}
	var parts []string
	order := []string{record.Completed, record.Target, record.Diverged, record.Stalled, record.Interrupted, record.Failed, plots.Damaged, plots.Missing}
	for _, status := range slices.Sorted(maps.Keys(ended)) {
		if !slices.Contains(order, status) {
			order = append(order, status)
		}
	}
	for _, status := range order {
		n := ended[status]
		switch {
		case n == 0:
		case status == record.Target:
			parts = append(parts, fmt.Sprintf("%d reached the target", n))
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
		}
	}
	if len(parts) == 0 {
		return "No runs."
	}
	return count(len(p.Runs), "run") + ": " + strings.Join(parts, ", ") + "."
}

// seedsOf lists the seeds, neighbours as a range.
func seedsOf(runs []record.Run) string {
	var all []uint64
	for i := range runs {
		all = append(all, runs[i].Summary.Seed)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	var parts []string
	for i := 0; i < len(all); {
		j := i
		for j+1 < len(all) && all[j+1] == all[j]+1 {
			j++
		}
		switch {
		case j > i+1:
			parts = append(parts, fmt.Sprintf("%d to %d", all[i], all[j]))
			i = j + 1
		default:
			parts = append(parts, fmt.Sprint(all[i]))
			i++
		}
	}
	if len(parts) > 2*few {
		parts = append(parts[:2*few], fmt.Sprintf("%d more", len(parts)-2*few))
	}
	return strings.Join(parts, ", ")
}

// buildsOf lists the builds that computed runs, each with how many.
func buildsOf(runs []record.Run) (out []string) {
	n := map[string]int{}
	var builds []string
	for i := range runs {
		if b := runs[i].Summary.Build; b != "" {
			if n[b] == 0 {
				builds = append(builds, b)
			}
			n[b]++
		}
	}
	slices.Sort(builds)
	for _, b := range builds {
		out = append(out, fmt.Sprintf("%s (%s)", b, count(n[b], "run")))
	}
	return out
}

// list is the table of all runs.
func (p *Page) list(o *plots.Outcome, f *facts) *Table {
	if len(p.Runs) == 0 {
		return nil
	}
	several := len(buildsOf(p.Runs)) > 1
	keys := axes(o)
	t := &Table{Head: []Head{{Text: "run"}}}
	for _, k := range keys {
		t.Head = append(t.Head, Head{Text: draw.Legible(k)})
	}
	for _, name := range []string{"seed", "status", "why", "updates", "final train loss", "model time (s)"} {
		t.Head = append(t.Head, Head{Text: name})
	}
	if several {
		t.Head = append(t.Head, Head{Text: "build"})
	}
	for i := range p.Runs {
		r := &p.Runs[i]
		row := []Cell{{Text: r.ID, Link: p.link(r.Dir) + "/"}}
		if _, err := os.Stat(r.Dir); err != nil {
			row[0].Link = ""
		}
		for _, k := range keys {
			v, ok := r.Labels[k]
			if !ok {
				v, ok = f.flat[i][k]
			}
			if !ok {
				v = "–"
			}
			row = append(row, value(v))
		}
		row = append(row, p.ending(r)...)
		if several {
			row = append(row, Cell{Text: r.Summary.Build})
		}
		t.Rows = append(t.Rows, row)
	}
	t.numeric()
	return t
}

// ending are the cells that say how a run ended.
func (p *Page) ending(r *record.Run) []Cell {
	s := &r.Summary
	why := p.Why[r.Dir]
	if why == "" {
		why = s.Reason
	}
	for _, name := range violated(s) {
		why = strings.TrimPrefix(why+"; ", "; ") + "invariant violated: " + name + ": " + s.Invariants[name]
	}
	num := func(v float64, ok bool) Cell {
		if !ok {
			return Cell{Text: "–"}
		}
		return number(draw.Plain(draw.Short(v)), v)
	}
	loss, hasLoss := s.Value("final_train_loss")
	time, hasTime := s.Value("virtual_time_s")
	return []Cell{
		value(strconv.FormatUint(s.Seed, 10)), {Text: s.Status, Mark: markOf(s.Status)}, {Text: draw.Legible(why)},
		num(float64(s.Updates), s.Status != plots.Missing && s.Status != plots.Damaged), num(loss, hasLoss), num(time, hasTime),
	}
}

// violated are the invariants that did not hold.
func violated(s *record.Summary) (names []string) {
	for name, verdict := range s.Invariants {
		if verdict != record.Held {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// link leads from the page to a file or a folder.
func (p *Page) link(to string) string {
	rel, err := filepath.Rel(p.Dir, to)
	if err != nil {
		return ""
	}
	u := url.URL{Path: "./" + filepath.ToSlash(rel)}
	return u.String()
}

// mostAxes is how many keys of a run stand in the list of runs; the rest is among the differences.
const mostAxes = 6

// axes are the keys that tell settings apart.
func axes(o *plots.Outcome) []string {
	if o == nil {
		return nil
	}
	return o.Keys[:min(mostAxes, len(o.Keys))]
}

// differences shows, for each setting, the keys in which it differs from others.
func (p *Page) differences(o *plots.Outcome, f *facts) *Table {
	keys := f.varying()
	if o == nil || len(o.Rows) < 2 || len(keys) == 0 {
		return nil
	}
	at := map[string]int{}
	for i := range p.Runs {
		at[p.Runs[i].Dir] = i
	}
	t := &Table{}
	first := slices.Clone(o.Keys) // what tells settings apart, then what goes with it
	keys = slices.DeleteFunc(keys, func(k string) bool { return slices.Contains(first, k) })
	for _, k := range slices.Concat(first, keys) {
		t.Head = append(t.Head, Head{Text: draw.Legible(k)})
	}
	usual := map[string]string{}
	for _, k := range keys {
		most := 0
		vs, _ := f.values(k)
		for _, v := range vs {
			if n := f.of[k][v]; n > most {
				most, usual[k] = n, v
			}
		}
	}
	for _, r := range o.Rows {
		var row []Cell
		for _, v := range r.Keys {
			row = append(row, value(v))
		}
		flat := f.flat[at[r.One.Dir]]
		for _, k := range keys {
			c := Cell{Text: "–"}
			if v, ok := flat[k]; ok {
				if c = value(v); v == usual[k] {
					c.Mark = "usual"
				}
			}
			row = append(row, c)
		}
		t.Rows = append(t.Rows, row)
	}
	t.numeric()
	return t
}
