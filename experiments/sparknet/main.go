// Command sparknet is averaging every w steps as in SparkNet: P. Moritz, R. Nishihara, I. Stoica
// and M. I. Jordan, SparkNet: Training deep networks in Spark, ICLR 2016, arXiv 1511.06051, with
// its cost model. README.md says what of it is reproduced.
package main

import (
	"embed"
	"os"

	"staleness/experiments"
)

//go:embed *.toml
var files embed.FS

func main() {
	p := experiments.Program{Name: "sparknet", Files: files, Blurb: "Averaging every w steps, what becomes of momentum, one-shot averaging, SparkNet's cost model; a minute on two cores.", Report: report}
	os.Exit(p.Main(os.Args[1:], os.Stdout, os.Stderr))
}
