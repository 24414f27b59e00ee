// Command admm is the instability example of the EASGD paper: S. Zhang, A. Choromanska and Y.
// LeCun, NIPS 2015, arXiv 1412.6651, section 3.3. README.md says what of it is reproduced.
package main

import (
	"embed"
	"os"

	"staleness/experiments"
)

//go:embed *.toml
var files embed.FS

func main() {
	p := experiments.Program{Name: "admm", Files: files, Blurb: "Round-robin ADMM against elastic averaging on a quadratic; a second."}
	os.Exit(p.Main(os.Args[1:], os.Stdout, os.Stderr))
}
