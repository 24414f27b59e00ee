// Command downpour is Downpour SGD as DistBelief published it (Dean et al., Large scale distributed
// deep networks, NIPS 2012), its server adding or with Adagrad, beside the form that the EASGD
// paper compares with. README.md says what of it is reproduced.
package main

import (
	"embed"
	"os"

	"staleness/experiments"
)

//go:embed *.toml
var files embed.FS

func main() {
	p := experiments.Program{Name: "downpour", Files: files, Blurb: "Downpour's own form with and without Adagrad, over rates and shards; half a minute on two cores."}
	os.Exit(p.Main(os.Args[1:], os.Stdout, os.Stderr))
}
