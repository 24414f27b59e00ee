package plots

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// writeFile puts b into a file that is complete or absent at any instant: written beside its place, flushed, then renamed.
// A file that holds b already is left alone.
func writeFile(file string, b []byte) (err error) {
	if old, err := os.ReadFile(file); err == nil && string(old) == string(b) {
		return nil
	}
	dir, base := filepath.Split(file)
	if dir != "" {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	tmp := filepath.Join(dir, fmt.Sprintf(".%s.%d", base, os.Getpid()))
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(tmp)
		}
	}()
	if _, err = f.Write(b); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(tmp, file)
}

// isFileName says whether a name stands for a file in the folder it is put in.
func isFileName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, `/\`)
}
