// Command sandblaster is the distributed L-BFGS of DistBelief: J. Dean et al., Large scale
// distributed deep networks, NIPS 2012, sections 3 and 4.2. README.md says what of it is
// reproduced.
package main

import (
	"embed"
	"os"

	"staleness/experiments"
)

//go:embed *.toml
var files embed.FS

func main() {
	p := experiments.Program{Name: "sandblaster", Files: files, Blurb: "L-BFGS on all data: portions, copies and stragglers; beside gradient descent; model parallelism as a cost model.", Report: report}
	os.Exit(p.Main(os.Args[1:], os.Stdout, os.Stderr))
}
