// Command run computes an experiment: a run or a sweep, read from TOML files.
package main

import (
	"os"

	"staleness/experiments"
)

func main() { os.Exit(experiments.Main(os.Args[1:], os.Stdout, os.Stderr)) }
