// Command bench measures what the project promises of speed: each row beside its limit, by turns,
// in one process. With -peers it runs the same nets in PyTorch too. docs/performance.md says how to
// read it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program; it returns the exit status.
func run(args []string, out, log io.Writer) int {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(log)
	rounds := f.Int("rounds", 150, "turns of every row of the nets; ten times those of the simulator")
	only := f.String("only", "", "measure only: nets, narrow (the nets at the path in use), simulator, crowd, sweep")
	python := f.String("peers", "", "compare with PyTorch, run by this Python, instead")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if f.NArg() > 0 || *rounds < 1 {
		fmt.Fprintln(log, "bench: takes flags only, and at least one round")
		return 2
	}
	if err := measure(out, *rounds, *only, *python); err != nil {
		fmt.Fprintln(log, "bench:", err)
		return 1
	}
	return 0
}

func measure(out io.Writer, rounds int, only, python string) error {
	if python != "" {
		return peers(out, rounds, python)
	}
	switch only {
	case "":
		fmt.Fprintf(out, "%s, %d processors; medians [10th to 90th percentile] of ratios taken by turns\n\n", processor(), runtime.NumCPU())
		if err := kernels(out, rounds); err != nil {
			return err
		}
		if err := narrower(out, rounds); err != nil {
			return err
		}
		if err := simulator(out, max(5, rounds/10)); err != nil {
			return err
		}
		fmt.Fprintln(out)
		if err := crowd(out, max(5, rounds/10)); err != nil {
			return err
		}
		fmt.Fprintln(out)
		return sweep(out, max(5, rounds/10))
	case "nets":
		return kernels(out, rounds)
	case "narrow":
		return narrow(out, rounds)
	case "simulator":
		return simulator(out, max(5, rounds/10))
	case "crowd":
		return crowd(out, max(5, rounds/10))
	case "sweep":
		return sweep(out, max(5, rounds/10))
	}
	return fmt.Errorf("-only %q: there are nets, narrow, simulator, crowd, sweep", only)
}
