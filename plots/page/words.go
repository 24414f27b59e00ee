package page

import (
	"fmt"
	"slices"
	"strings"
)

// A paragraph says in words what the runs are about.
type paragraph struct {
	Title string
	Lines []string
	Rest  []setting // keys that no sentence speaks of
}

// words are the problem, the methods and the cluster.
func (p *Page) words(f *facts) (out []paragraph) {
	if len(f.runs) == 0 {
		return nil
	}
	out = append(p.kinds(f, "Problem", "problem"), p.kinds(f, "Method", "strategy")...)
	if drawn := f.injected(); len(drawn.runs) > 0 {
		p := paragraph{Title: "Staleness", Lines: []string{"It is injected: no time passes, and each gradient is as stale as is drawn."}, Rest: drawn.rest("staleness", nil)}
		if workers := drawn.say("cluster.workers"); workers != "" {
			p.Lines = append(p.Lines, "Workers: "+workers+".")
		}
		out = append(out, p)
	}
	if timed := f.timed(); len(timed.below("cluster")) > 0 {
		out = append(out, cluster(timed))
	}
	out = append(out, paragraph{Title: "Consistency", Rest: f.rest("consistency", nil)}, paragraph{Title: "End of a run", Lines: []string{"A run ends at whichever comes first."}, Rest: f.rest("stop", nil)},
		paragraph{Title: "Evaluation", Rest: f.rest("eval", nil)})
	return slices.DeleteFunc(out, func(p paragraph) bool { return len(p.Rest) == 0 && len(p.Lines) == 0 })
}

// below are the keys of a table.
func (f *facts) below(section string) (keys []string) {
	for _, k := range f.order {
		if k == section || strings.HasPrefix(k, section+".") {
			keys = append(keys, k)
		}
	}
	return keys
}

// rest are the settings of a table that are not among those said.
func (f *facts) rest(section string, said []string) (out []setting) {
	for _, k := range f.below(section) {
		if !slices.Contains(said, k) {
			out = append(out, setting{strings.TrimPrefix(k, section+"."), f.say(k)})
		}
	}
	return out
}

// kinds says what the kinds of a table are, each with its keys.
func (p *Page) kinds(f *facts, title, section string) (out []paragraph) {
	// one of them
	name := func(flat map[string]string) string { return flat[section] + flat[section+".kind"] }
	var kinds []string
	for _, flat := range f.flat {
		if k := name(flat); k != "" && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	for _, k := range kinds {
		own := f.only(func(flat map[string]string) bool { return name(flat) == k })
		line := k
		if p.Meaning != nil {
			if what := p.Meaning(section, k); what != "" {
				line += ": " + what
			}
		}
		out = append(out, paragraph{title, []string{strings.TrimSuffix(line, ".") + "."}, own.rest(section, []string{section, section + ".kind"})})
	}
	return out
}

// cluster says what takes time.
func cluster(f *facts) paragraph {
	p := paragraph{Title: "Cluster"}
	var said []string
	get := func(key string) string {
		said = append(said, "cluster."+key)
		return f.say("cluster." + key)
	}
	if workers := get("workers"); workers == "1" {
		p.Lines = append(p.Lines, "One worker.")
	} else {
		p.Lines = append(p.Lines, "Workers: "+workers+".")
	}
	if compute := get("compute"); compute != "" {
		p.Lines = append(p.Lines, "A gradient takes: "+compute+".")
	}
	if groups := get("group"); groups != "" {
		p.Lines = append(p.Lines, "Groups of workers differ: "+groups+".")
	}
	for _, way := range []struct{ key, what string }{{"up", "to the server"}, {"down", "from the server"}} {
		latency, band := get(way.key+".latency"), get(way.key+".bandwidth")
		switch {
		case latency == "" && (band == "" || band == "unlimited"):
			p.Lines = append(p.Lines, "A message "+way.what+" takes no time: no latency, no limit of the worker's link.")
		default:
			if latency == "" {
				latency = "none"
			}
			if band == "" || band == "unlimited" {
				band = "unlimited: the size of a message does not matter"
			}
			p.Lines = append(p.Lines, fmt.Sprintf("A message %s: latency %s; bandwidth of the worker's link %s.", way.what, latency, band))
		}
	}
	if m := get("message"); m == "" || m == "0B" {
		p.Lines = append(p.Lines, "A message is charged the true size of its vectors.")
	} else {
		p.Lines = append(p.Lines, "A message is charged "+m+" a vector.")
	}
	p.Lines = append(p.Lines, server(get)...)
	p.Rest = f.rest("cluster", said)
	return p
}

// server says how the parameter server takes time.
func server(get func(key string) string) (lines []string) {
	shards := get("server.shards")
	if shards == "" || shards == "1" {
		lines = append(lines, "One parameter server, undivided.")
	} else {
		lines = append(lines, "The parameter server is divided into shards: "+shards+".")
	}
	service, queue := get("server.service"), get("server.queue")
	if service == "" {
		lines = append(lines, "It applies a message in no time, so that none queues.")
	} else {
		if queue == "" {
			queue = "fifo"
		}
		lines = append(lines, "It applies a message in: "+service+"; who is next: "+queue+".")
	}
	if nic := get("server.nic"); nic == "" || nic == "unlimited" {
		lines = append(lines, "Its network card is unlimited: any number of messages pass at once, as fast as one.")
	} else {
		lines = append(lines, "Its network card passes "+nic+", shared fairly by all that use it at once.")
	}
	return lines
}
