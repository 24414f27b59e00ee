package experiments

import (
	"os"
	"runtime/debug"
	"strings"

	"staleness/experiments/internal/prose"
)

// invoked is how this program was really called, for commands that a person is to repeat: the go run that this module's manual names,
// that of another module's program, or the path of a program that was built.
func invoked(command string) string {
	main := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		main = info.Path
	}
	return calledBy(command, os.Args[0], main)
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
