package experiments

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"staleness/internal/files"
	"staleness/sim/record"
)

// sources identifies the files that a run is made of; "" if that cannot be told.
func (c *config) sources() string {
	g, err := theSources()
	if err != nil {
		return ""
	}
	parts := map[string]bool{}
	for _, v := range []any{c.Strategy, c.Problem, c.Consistency, c.Cluster, c.Staleness} {
		if !partsIn(reflect.ValueOf(&v).Elem(), parts) {
			return ""
		}
	}
	for p := range parts {
		if pkg := p[:strings.LastIndexByte(p, '.')]; !g.packages[pkg] {
			return "" // a part of somebody else's, whose text need not be here
		}
	}
	return g.hash(sortedKeys(parts))
}

// madeOfKey begins the line of env.txt that says which files a run was made of.
const madeOfKey = "made of sources: "

// madeOf is that line; "" if it cannot be told.
func (c *config) madeOf() string {
	if hash := c.sources(); hash != "" {
		return madeOfKey + hash + "\n"
	}
	return ""
}

// current says whether the record of a finished run is what would be computed now: by the same build, or by one that had the same text
// in all files that the run is made of. A model also says in itself which build it is of.
func (s *Session) current(r *Run, sum *record.Summary) bool {
	if sum.Build == Build() || s.Reuse {
		return true
	}
	line := r.config.madeOf()
	if line == "" || r.config.Record.Model {
		return false
	}
	text, err := files.Read(filepath.Join(r.Dir, record.EnvFile))
	return err == nil && slices.Contains(slices.Collect(strings.Lines(string(text))), line)
}

// adopt makes a record that is current one of this build, to the byte: nothing else in it would differ. Where that cannot be
// written it stays as it is.
func (r *Run) adopt(sum *record.Summary) {
	lock, err := lockRun(r.Dir)
	if err != nil {
		return
	}
	defer lock.unlock()
	adopted := *sum
	if adopted.Build = Build(); record.WriteSummary(r.Dir, &adopted) == nil {
		*sum = adopted
	}
}

// partsIn notes the types of all that stands in a configuration where another could stand. It fails on what has no name.
func partsIn(v reflect.Value, parts map[string]bool) bool {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return true
		}
		v = v.Elem()
		t := v.Type()
		if t.Name() == "" {
			return false
		}
		if t != reflect.TypeFor[clusterConfig]() {
			name, _, _ := strings.Cut(t.Name(), "[")
			at, ours := strings.CutPrefix(t.PkgPath(), modulePath)
			if !ours {
				return t.PkgPath() == "" // numbers and words
			}
			parts[at+"."+name] = true
		}
		return partsIn(v, parts)
	case reflect.Pointer:
		return v.IsNil() || partsIn(v.Elem(), parts)
	case reflect.Struct:
		for i := range v.NumField() {
			if !partsIn(v.Field(i), parts) {
				return false
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !partsIn(v.Index(i), parts) {
				return false
			}
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if !partsIn(it.Key(), parts) || !partsIn(it.Value(), parts) {
				return false
			}
		}
	}
	return true
}
