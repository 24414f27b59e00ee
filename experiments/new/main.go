// Command new writes a commented study to start from, which runs as it stands.
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"staleness/experiments"
	"staleness/experiments/internal/guard"
	"staleness/experiments/internal/prose"
	"staleness/experiments/internal/sweep"
)

//go:embed study.toml.tmpl
var body string

// A study is what the body is told.
type study struct {
	Name, File        string
	Run, Report, List string // commands
}

func main() { os.Exit(start(os.Args[1:], os.Stdout, os.Stderr)) }

// start is the command: it returns an exit status.
func start(args []string, stdout, stderr io.Writer) int {
	usage := "usage: " + guard.Invoked("go run ./experiments/new") + " NAME\n\nWrites NAME.toml, a commented study to start from, into this folder, or into that which NAME=FOLDER/NAME says.\n"
	f := flag.NewFlagSet("new", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage) }
	names, err := guard.Arguments(f, args)
	if err != nil {
		return guard.Misused(err)
	}
	if len(names) != 1 {
		fmt.Fprint(stderr, "new: want one name\n", usage)
		return experiments.Usage
	}
	s, err := named(names[0])
	if err == nil {
		err = s.write()
	}
	if err != nil {
		fmt.Fprintf(stderr, "new: %v\n", err)
		return experiments.Usage
	}
	fmt.Fprintf(stdout, "%s is a study that runs as it stands; what it says of itself is in it. Next:\n  %s %s -dry-run\n  %s %s\n", s.File, s.Run, prose.Quote(s.File), s.Run, prose.Quote(s.File))
	return experiments.Done
}

// named is the study of that name, or of a file's with its folder.
func named(arg string) (study, error) {
	dir, name := filepath.Split(arg)
	name = strings.TrimSuffix(name, ".toml")
	if err := sweep.CheckName(name); err != nil {
		return study{}, fmt.Errorf("%q: %w", arg, err)
	}
	return study{name, filepath.Join(dir, name+".toml"), guard.Beside("run"), guard.Beside("report"), guard.Beside("list")}, nil
}

// write makes the file, which was not there, or nothing.
func (s study) write() error {
	var text strings.Builder
	if err := template.Must(template.New("study").Parse(body)).Execute(&text, s); err != nil {
		return err
	}
	f, err := os.OpenFile(s.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already and was left alone: give another name, or remove it", s.File)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: its folder is not there: make it, or give another name", s.File)
	case err != nil:
		return fmt.Errorf("%w: give another name, or write where you may", err)
	}
	_, err = f.WriteString(text.String())
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(s.File)
	}
	return err
}
