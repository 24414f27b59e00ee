package experiments

import "slices"

// inputFiles are the files that an experiment is made of, with those of its data.
func (x *Experiment) inputFiles() []string {
	var names []string
	for _, part := range x.parts {
		for _, s := range part {
			names = append(names, s.Name)
		}
	}
	for _, r := range x.all() {
		t := r.config.tables()
		absolute(t["problem"], r.config.dir)
		names = append(names, dataPaths(t["problem"])...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// dataPaths are the files that a table [problem] names.
func dataPaths(problem any) (names []string) {
	p, _ := problem.(map[string]any)
	for _, k := range []string{"data", "test"} {
		if source, ok := p[k].(map[string]any); ok {
			if path, ok := source["path"].(string); ok {
				names = append(names, path)
			}
		}
	}
	return names
}
