// Command dynsgd sets staleness-divided windows beside constant rates where some machines are slow:
// J. Jiang, B. Cui, C. Zhang and L. Yu, Heterogeneity-aware distributed parameter servers, SIGMOD
// 2017. README.md says what of it is reproduced.
package main

import (
	"embed"
	"os"

	"staleness/experiments"
)

//go:embed *.toml
var files embed.FS

func main() {
	p := experiments.Program{Name: "dynsgd", Files: files, Blurb: "DynSGD, DOWNPOUR and AGN with equal and unequal workers; a minute on two cores."}
	os.Exit(p.Main(os.Args[1:], os.Stdout, os.Stderr))
}
