package guard

import (
	"errors"
	"flag"
)

// Arguments parses flags and what is not a flag, in any order, and returns the latter. Of a flag
// that is wrong, and of -help, f has said so.
func Arguments(f *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		if args = f.Args(); len(args) == 0 {
			return words, nil
		}
		words, args = append(words, args[0]), args[1:]
	}
}

// Misused is the exit status after an error of Arguments; -help is one, and nothing wrong.
func Misused(err error) int {
	if errors.Is(err, flag.ErrHelp) {
		return Done
	}
	return Usage
}
