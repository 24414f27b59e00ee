package guard

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"staleness/experiments/internal/prose"
)

// Invoked is how this program was really called, for commands that a person is to repeat: the go
// run that this module's manual names, that of another module's program, or the path of a program
// that was built.
func Invoked(command string) string {
	main := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		main = info.Path
	}
	return calledBy(command, os.Args[0], main)
}

// FromSources is how this program is called where nothing but its sources is known, wherever it was
// built: command for a program of this module that is not known by its path.
func FromSources(command string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return command
	}
	return fromSources(command, info.Path)
}

func fromSources(command, main string) string {
	own, ok := strings.CutPrefix(main, "staleness/")
	switch {
	case main == "" || main == "command-line-arguments" || strings.HasSuffix(main, ".test"):
		return command
	case ok:
		return "go run ./" + own
	}
	return "go run " + prose.Quote(main)
}

// Beside is how another program of this module is called.
func Beside(name string) string { return siblingOf(os.Args[0], name) }

// siblingOf is the program of that name that was built beside a program, if there is one; else the
// go run that works in every module.
func siblingOf(program, name string) string {
	if strings.Contains(program, "go-build") {
		return "go run ./experiments/" + name
	}
	if dir, _ := filepath.Split(program); dir != "" {
		if st, err := os.Stat(dir + name); err == nil && st.Mode().IsRegular() {
			return prose.Quote(dir + name)
		}
	}
	return "go run staleness/experiments/" + name
}

// calledBy is the command of a program at a path, of that main package.
func calledBy(command, program, main string) string {
	switch {
	case !strings.Contains(program, "go-build"): // where go run, and go test, put what they build
		return prose.Quote(program)
	case main == "" || strings.HasPrefix(main, "staleness/") || main == "command-line-arguments":
		return command
	}
	return "go run " + prose.Quote(main)
}
