package page

import (
	"slices"
	"strings"
)

// A fallback is a key that nobody gave, with what it was then, and what that decided.
type fallback struct{ Key, Value, Means string }

// defaults are the keys that nobody gave.
type defaults struct {
	Known  bool // which keys were given is known
	Weighs []fallback
	Others []fallback
}

// weighty are defaults that decide answers, with what they mean. A key that is absent has the value
// "".
var weighty = []struct {
	key    string
	values []string
	means  string
}{
	{"cluster.server.nic", []string{"", "unlimited"}, "messages of many workers never slow each other down at the server's network card"},
	{"cluster.up.bandwidth", []string{"", "unlimited"}, "a push of any size takes its latency alone: compression would gain nothing"},
	{"cluster.down.bandwidth", []string{"", "unlimited"}, "a model of any size takes its latency alone"},
	{"cluster.up.latency", []string{""}, "a push sets out and arrives in the same instant"},
	{"cluster.down.latency", []string{""}, "a reply sets out and arrives in the same instant"},
	{"cluster.server.service", []string{""}, "the server is never busy: nothing queues, whatever the number of workers"},
	{"cluster.server.queue", []string{"fifo"}, "the server takes messages in the order in which they come"},
	{"strategy.reduce_cost", []string{"server"}, "a mean is formed at a server, to which each worker sends, not along a ring"},
	{"cluster.faults", []string{""}, "no worker crashes, no message is lost, no server pauses"},
	{"cluster.message", []string{"0B"}, "a vector is charged its true size"},
	{"problem.partition", []string{"shared"}, "every worker draws from all training samples"},
	{"problem.partition.kind", []string{"shared"}, "every worker draws from all training samples"},
	{"problem.validation", []string{"0"}, "nothing is held out to choose values by"},
	{"problem.test", []string{"0"}, "nothing is held out to test on"},
	{"problem.l2", []string{"0"}, "no weight decay"},
	{"problem.precision", []string{"float32"}, "arithmetic of single precision"},
	{"strategy.schedule", []string{"", "constant"}, "rates stay as they are over the whole run"},
	{"eval.of", []string{"paper"}, "what the method's paper evaluates, which may be another point for another method"},
	{"eval.train_samples", []string{"0"}, "the training loss is that of the whole training part"},
	{"stop.diverged", []string{"1e+06"}, "a run counts as diverged above 10^6 times its first loss (or 1)"},
}

// Decided names the defaults that decide answers, with their values, in lines of so many columns;
// "" if all was given. Why each matters is on the page.
func (p *Page) Decided(columns int) string {
	d := p.defaults(factsOf(p.Runs))
	if d == nil || len(d.Weighs) == 0 {
		return ""
	}
	text, used := "Defaults that decide answers:", len("Defaults that decide answers:")
	for i, w := range d.Weighs {
		item := " " + w.Key + " " + w.Value + ","
		if i == len(d.Weighs)-1 {
			item = strings.TrimSuffix(item, ",") + "."
		}
		if used+len(item) > columns {
			text, used = text+"\n ", 1
		}
		text, used = text+item, used+len(item)
	}
	return text
}

// defaults finds the keys that no file and no argument gave to any of the runs that have them.
func (p *Page) defaults(f *facts) *defaults {
	if len(f.runs) == 0 {
		return nil
	}
	given := p.given(f)
	d := &defaults{Known: given != nil}
	decided, timed := map[string]bool{}, f.timed()
	for _, w := range weighty {
		section, _, _ := strings.Cut(w.key, ".")
		f := f
		if section == "cluster" {
			f = timed
		}
		if len(f.below(section)) == 0 || given[w.key] {
			continue
		}
		vs, have := f.values(w.key)
		if have == 0 {
			if !slices.Contains(w.values, "") || len(f.below(w.key)) > 0 {
				continue
			}
			vs = []string{""}
		}
		if len(vs) == 1 && slices.Contains(w.values, vs[0]) && (have == 0 || have == len(f.runs) || !slices.Contains(w.values, "")) {
			decided[w.key] = true
			text := vs[0]
			if text == "" {
				text = "absent"
			}
			d.Weighs = append(d.Weighs, fallback{w.key, text, w.means})
		}
	}
	if !d.Known {
		return d
	}
	for _, k := range f.order {
		if !given[k] && !decided[k] && !strings.HasSuffix(k, ".kind") {
			vs, _ := f.values(k)
			sortNumbers(vs)
			d.Others = append(d.Others, fallback{Key: k, Value: either(vs)})
		}
	}
	return d
}

// given are the keys of run.toml that files or arguments gave to at least one of the runs; nil if
// that is not known.
func (p *Page) given(f *facts) map[string]bool {
	if p.Session == nil || len(p.Session.Given) == 0 {
		return nil
	}
	out := map[string]bool{}
	for _, set := range p.Session.Given {
		for _, g := range set {
			for _, k := range f.order {
				if covers(g, k) {
					out[k] = true
				}
			}
			out[g] = true
		}
	}
	return out
}

// covers says whether who gave g has given k too: the same key, one above or below it, or the rate
// of a method, which is short for that of its local optimizer.
func covers(g, k string) bool {
	if g == k || strings.HasPrefix(k, g+".") || strings.HasPrefix(g, k+".") || strings.HasPrefix(g, k+"[") {
		return true
	}
	table, rate := strings.CutSuffix(g, ".rate")
	return rate && strings.HasPrefix(k, table+".local.")
}
