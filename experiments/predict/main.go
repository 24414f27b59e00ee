// Command predict measures a trained model on a data set, and writes its predictions.
package main

import (
	"os"

	"staleness/experiments"
)

func main() { os.Exit(experiments.PredictMain(os.Args[1:], os.Stdout, os.Stderr)) }
