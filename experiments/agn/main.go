// Command agn is the comparison of J. Hermans, G. Spanakis and R. Möckel, Accumulated gradient
// normalization, ACML 2017, arXiv 1710.02368. README.md says what of it is reproduced.
package main

import (
	"embed"
	"os"

	"staleness/experiments"
)

//go:embed *.toml
var files embed.FS

func main() {
	p := experiments.Program{Name: "agn", Files: files, Blurb: "AGN against AEASGD over workers and windows, at tuned rates and at the released one; half a minute on two cores."}
	os.Exit(p.Main(os.Args[1:], os.Stdout, os.Stderr))
}
