// Package sweep expands a document to the documents of its runs: axes and grids, seeds, and the
// trials of a tuning with the choice among them. What a run's keys mean it does not know.
package sweep

import (
	"fmt"
	"sort"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/internal/params"
)

// maxRuns bounds an experiment: a product of axes gets out of hand easily.
const maxRuns = 200000

// A Plan is what a document says of its runs: what they have in common, and the axes along which
// they differ.
type Plan struct {
	Head
	Doc     *document.Document
	axes    []axis
	Figures []any
	Tables  []any
	labels  map[string]string
	Tune    *Tuning // nil: nothing is tuned
	partial bool    // read for the order of its axes alone
}

// Head holds the keys of an experiment that stand alone.
type Head struct {
	Name   string `doc:"name of the experiment, and of the folder of its results; the file's name if absent"`
	Seed   int64  `in:"[0,9000000000000000000]" doc:"seed of all random draws: data split, initial point, batches, delays"`
	Repeat int    `in:"[1,100000]" doc:"runs of each configuration, with seeds seed, seed + 1, ..."`
}

// Keys are the keys of an experiment that do not enter a run.
var Keys = []string{"name", "repeat", "labels", "sweep", "axis", "tune", "figure", "table", "style"}

// Open reads the plan of a document.
func Open(doc *document.Document, fallbackName string) (*Plan, error) {
	e := &Plan{Head: Head{fallbackName, 1, 1}, Doc: doc, labels: map[string]string{}}
	given := map[string]any{}
	for _, k := range []string{"name", "repeat", "seed"} {
		if v, ok := doc.Table[k]; ok {
			given[k] = v
		}
	}
	if err := params.Decode("", given, &e.Head); err != nil {
		return nil, doc.Fault("", err)
	}
	if err := CheckName(e.Name); err != nil {
		return nil, doc.Fault("name", fault.Bad("name", e.Name, "%v", err))
	}
	if v, ok := doc.Table["labels"]; ok {
		t, ok := v.(map[string]any)
		if !ok {
			return nil, doc.Fault("labels", params.Errorf("labels", "want a table of strings"))
		}
		for k, x := range t {
			s, ok := x.(string)
			if !ok {
				return nil, doc.Fault("labels", fault.Bad(document.Join("labels", k), x, "want a string"))
			}
			e.labels[k] = s
		}
	}
	var err error
	if e.Figures, e.Tables, err = ReadDrawings(doc); err != nil {
		return nil, err
	}
	if err := e.readAxes(); err != nil {
		return nil, doc.Fault("", err)
	}
	if err := e.readSweep(); err != nil {
		return nil, doc.Fault("", err)
	}
	if err := e.overridden(); err != nil {
		return nil, err
	}
	sort.SliceStable(e.axes, func(i, j int) bool { return doc.Rank(e.axes[i].place) < doc.Rank(e.axes[j].place) })
	if err := e.clashes(); err != nil {
		return nil, err
	}
	return e, doc.Fault("", e.readTune())
}

// ReadDrawings finds [[figure]] and [[table]].
func ReadDrawings(doc *document.Document) (figures, tables []any, err error) {
	for _, l := range []struct {
		key string
		to  *[]any
	}{{"figure", &figures}, {"table", &tables}} {
		if v, ok := doc.Table[l.key]; ok {
			if *l.to, ok = v.([]any); !ok {
				return nil, nil, doc.Fault(l.key, params.Errorf(l.key, "want tables: [[%s]]", l.key))
			}
		}
	}
	return figures, tables, nil
}

// CheckName wants a name that can be a folder's or a file's.
func CheckName(name string) error {
	ok := name != "" && len(name) <= 100 && name[0] != '.' && name[0] != '-'
	for _, r := range name {
		ok = ok && (r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	}
	if !ok {
		return fmt.Errorf("a name is a folder: letters, digits, hyphens, underscores and points, at most 100, a letter or digit first")
	}
	return nil
}
