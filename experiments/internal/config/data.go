package config

import (
	"path/filepath"
)

// Absolute makes the paths of data sets independent of where the file lies.
func Absolute(problem any, dir string) {
	p, _ := problem.(map[string]any)
	for _, k := range []string{"data", "test"} {
		if source, ok := p[k].(map[string]any); ok {
			if path, ok := source["path"].(string); ok && !filepath.IsAbs(path) {
				if abs, err := filepath.Abs(filepath.Join(dir, path)); err == nil {
					source["path"] = abs
				}
			}
		}
	}
}

// DataPaths are the files that a table [problem] names.
func DataPaths(problem any) (names []string) {
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
