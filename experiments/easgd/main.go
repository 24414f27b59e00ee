// Command easgd is the window figure of the EASGD paper: S. Zhang, A. Choromanska and Y. LeCun,
// Deep learning with elastic averaging SGD, NIPS 2015, arXiv 1412.6651. README.md says what of it
// is reproduced.
package main

import (
	"embed"
	"os"

	"staleness/experiments"
)

//go:embed *.toml
var files embed.FS

func main() {
	p := experiments.Program{Name: "easgd", Files: files, Blurb: "Downpour, AEASGD and EAMSGD at windows 1, 4, 16, 64 and with 4, 8, 16 workers; a minute on two cores."}
	os.Exit(p.Main(os.Args[1:], os.Stdout, os.Stderr))
}
