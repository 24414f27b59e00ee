package plots

import (
	"os"
	"path/filepath"
	"strings"

	"staleness/internal/files"
)

// writeFile puts b into a file that is complete or absent at any instant: written beside its place,
// flushed, then renamed. A file that holds b already is left alone.
func writeFile(file string, b []byte) error {
	if old, err := files.Read(file); err == nil && string(old) == string(b) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return files.Replace(file, func(f *os.File) error {
		if _, err := f.Write(b); err != nil {
			return err
		}
		return f.Sync()
	})
}

// isFileName says whether a name stands for a file in the folder it is put in.
func isFileName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, `/\`)
}
