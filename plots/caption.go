package plots

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// about says, before what the kind of figure has to say of its marks, what is shown: of which
// problem, cluster and methods, how these were tuned, and of how many runs.
func about(fig Figure, p *Picture, runs []*Run) (sentences []string) {
	defer func() {
		for i, s := range sentences {
			sentences[i] = draw.Legible(s)
		}
	}()
	sentences = append(sentences, shows(p))
	if len(runs) == 0 {
		return sentences
	}
	for _, part := range []struct {
		name string
		of   func(r *Run) string
	}{{"Problem", problemOf}, {"Cluster", clusterOf}, {"Methods", methodOf}} {
		var all []string
		seen := map[string]bool{}
		for _, r := range runs {
			if w := part.of(r); w != "" && !seen[w] {
				seen[w] = true
				all = append(all, w)
			}
		}
		name := part.name
		slices.SortFunc(all, func(a, b string) int { return axesOf(runs).Compare("method", a, b) })
		switch {
		case len(all) == 0:
			continue
		case len(all) == 1:
			name = strings.TrimSuffix(name, "s")
		case len(all) > 3 && name != "Methods":
			sentences = append(sentences, fmt.Sprintf("%ss: %d that differ, from %s to %s", name, len(all), all[0], all[len(all)-1]))
			continue
		case name != "Methods":
			name += "s"
		}
		sentences = append(sentences, name+": "+some(all, map[bool]string{true: ", ", false: "; "}[name == "Methods"]))
	}
	if _, itself := fig.(Sensitivity); !itself {
		sentences = append(sentences, tuningIn(runs))
	}
	return append(sentences, countOf(runs))
}

// shows names what is along the axes: "Train loss against model time, a panel for each workers".
func shows(p *Picture) string {
	var pairs []string
	for _, q := range p.Panels {
		pair := unitless(q.Y.Label) + " against " + unitless(q.X.Label)
		if p.Bar != nil {
			pair = unitless(p.Bar.Axis.Label) + ", as color, over " + unitless(q.X.Label) + " and " + unitless(q.Y.Label)
		}
		if !slices.Contains(pairs, pair) {
			pairs = append(pairs, pair)
		}
	}
	text := some(pairs, "; ")
	if len(pairs) == 1 && len(p.Panels) > 1 {
		var titles []string
		for _, q := range p.Panels {
			titles = append(titles, q.Title)
		}
		text += "; panels: " + some(titles, ", ")
	}
	if p.Title != "" {
		text = p.Title + ": " + text
	}
	return capital(text)
}

// unitless is a label without the unit at its end.
func unitless(label string) string {
	if i := strings.LastIndex(label, " ("); i > 0 && strings.HasSuffix(label, ")") {
		return label[:i]
	}
	return label
}

// problemOf is the problem of a run in words.
func problemOf(r *Run) string {
	kind, ok := r.Text("problem.kind")
	if !ok {
		return ""
	}
	if data, ok := r.Text("problem.data"); ok && data != "" {
		kind += " on " + data
	}
	switch batch, ok := r.Text("problem.batch"); {
	case ok && batch == "full":
		kind += ", whole gradients"
	case ok:
		kind += ", minibatches of " + batch
	}
	return kind
}

// clusterOf is the cluster of a run in words, or the staleness that was injected. The number of
// workers, in which runs differ most, stands with the others in countOf.
func clusterOf(r *Run) string {
	if law, ok := r.Value("staleness"); ok {
		return "staleness is injected, " + lawIn(law)
	}
	var parts []string
	if law, ok := r.Value("cluster.compute"); ok {
		parts = append(parts, "time of a gradient "+lawIn(law))
	}
	links := map[string]string{}
	for _, way := range []string{"up", "down"} {
		var says []string
		if b, ok := r.Text("cluster." + way + ".bandwidth"); ok && b != "unlimited" {
			says = append(says, b)
		}
		if law, ok := r.Value("cluster." + way + ".latency"); ok {
			says = append(says, "latency "+lawIn(law))
		}
		links[way] = strings.Join(says, ", ")
	}
	switch up, down := links["up"], links["down"]; {
	case up == "" && down == "":
	case up == down:
		parts = append(parts, "links "+up)
	default:
		parts = append(parts, "links up "+cmp.Or(up, "without delay")+", down "+cmp.Or(down, "without delay"))
	}
	if groups, ok := r.Value("cluster.group"); ok {
		if list, ok := groups.([]any); ok && len(list) > 0 {
			parts = append(parts, plural(len(list), "group of workers differs", "groups of workers differ"))
		}
	}
	if service, ok := r.Value("cluster.server.service"); ok {
		parts = append(parts, "service of the server "+lawIn(service))
	}
	return strings.Join(parts, "; ")
}

// lawIn is a law, or a plain number, in words: "gamma (cv 0.2, mean 10ms)".
func lawIn(v any) string {
	t, ok := v.(map[string]any)
	if !ok {
		return write(v)
	}
	name, named := "", false
	for _, k := range []string{"law", "kind"} {
		if name, named = t[k].(string); named {
			break
		}
	}
	var says []string
	for _, k := range slices.Sorted(maps.Keys(t)) {
		if k == "law" || k == "kind" {
			continue
		}
		switch x := t[k].(type) {
		case map[string]any, []any:
			says = append(says, strings.ReplaceAll(k, "_", " ")+" "+params.Literal(x))
		default:
			says = append(says, strings.ReplaceAll(k, "_", " ")+" "+write(x))
		}
	}
	switch text := strings.Join(says, ", "); {
	case text == "":
		return name
	case !named || name == "constant" && len(says) == 1:
		return strings.TrimPrefix(text, "mean ")
	case utf8.RuneCountInString(text) > 120:
		return name
	default:
		return name + " (" + text + ")"
	}
}

// methodOf is the method of a run as an axis of that name labels it, or its kind.
func methodOf(r *Run) string {
	if label, ok := r.Labels["method"]; ok {
		return label
	}
	kind, _ := r.Text("strategy.kind")
	return kind
}

// tuningIn says what was tuned beside the runs.
func tuningIn(runs []*Run) string {
	t, _, err := tunings(runs)
	if err != nil {
		return "What was tuned is not known: " + err.Error()
	}
	t.of(runs)
	if len(t.trials) == 0 {
		return "No tuning is on record"
	}
	var keys, settings []string
	for _, k := range t.keys {
		values := map[string]bool{}
		for _, tr := range t.trials {
			if v, ok := tr.values[k]; ok {
				values[v] = true
			}
		}
		if len(values) > 0 {
			keys = append(keys, k+" over "+plural(len(values), "value", "values"))
		}
	}
	for _, tr := range t.trials {
		if !slices.Contains(settings, tr.setting) {
			settings = append(settings, tr.setting)
		}
	}
	text := "Tuned by " + strings.ReplaceAll(t.by, "_", " ") + ": " + some(keys, ", ")
	if len(settings) > 1 {
		text += fmt.Sprintf(", for each of %d settings", len(settings))
	}
	return text
}

// countOf says how many runs there are, with how many workers and seeds, and how many diverged.
func countOf(runs []*Run) string {
	values := func(of func(r *Run) (string, bool)) (all []string) {
		seen := map[string]bool{}
		for _, r := range runs {
			if v, ok := of(r); ok && !seen[v] {
				seen[v] = true
				all = append(all, v)
			}
		}
		slices.SortFunc(all, natural)
		return all
	}
	text := plural(len(runs), "run", "runs")
	if w := values(func(r *Run) (string, bool) { return r.Text("cluster.workers") }); len(w) == 1 && w[0] == "1" {
		text += " of 1 worker"
	} else if len(w) > 0 {
		text += " of " + some(w, ", ") + " workers"
	}
	switch seeds := values(func(r *Run) (string, bool) { return r.Text("seed") }); len(seeds) {
	case 0:
	case 1:
		text += ", seed " + seeds[0]
	default:
		text += fmt.Sprintf(", %d seeds", len(seeds))
	}
	diverged := 0
	for _, r := range runs {
		if r.Summary.Status == record.Diverged {
			diverged++
		}
	}
	if diverged > 0 {
		text += fmt.Sprintf("; %d diverged", diverged)
	}
	return text
}
