// Command methods draws every method beside ASGD, all tuned alike: the figures of docs/methods.
package main

import (
	"embed"
	"os"

	"staleness/experiments"
)

//go:embed *.toml
var files embed.FS

func main() {
	p := experiments.Program{Name: "methods", Files: files, Blurb: "Every method beside ASGD, each at the best of the same eleven rates; under half a minute on two cores."}
	os.Exit(p.Main(os.Args[1:], os.Stdout, os.Stderr))
}
