// Command report draws the figures and tables of an experiment and one HTML page, from its records
// alone.
package main

import (
	"os"

	"staleness/experiments"
)

func main() { os.Exit(experiments.ReportMain(os.Args[1:], os.Stdout, os.Stderr)) }
