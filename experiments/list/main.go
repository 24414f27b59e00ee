// Command list shows every strategy, law, net, data set and figure, with its keys and defaults.
package main

import (
	"os"

	"staleness/experiments"
)

func main() { os.Exit(experiments.ListMain(os.Args[1:], os.Stdout, os.Stderr)) }
