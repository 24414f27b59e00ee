// Command lm trains a small transformer on a Markov source, whose entropy rate is the least loss,
// by asynchronous methods and by averaging of models. README.md says what comes out.
package main

import (
	"embed"
	"os"

	"staleness/experiments"
)

//go:embed *.toml
var files embed.FS

func main() {
	p := experiments.Program{Name: "lm", Files: files, Blurb: "A transformer on a Markov source by ASGD, DC-ASGD, DANA, local SGD and averaging of Adam's models; two minutes on two cores."}
	os.Exit(p.Main(os.Args[1:], os.Stdout, os.Stderr))
}
