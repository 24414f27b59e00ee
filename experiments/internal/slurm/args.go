package slurm

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
)

// Clusters are those that sbatch may choose from, parted by commas: "" for the one that it speaks
// with by itself, or what its arguments say last, or else its environment.
func Clusters(args []string) string {
	list := os.Getenv("SLURM_CLUSTERS")
	if env, ok := os.LookupEnv("SBATCH_CLUSTERS"); ok {
		list = env
	}
	for i, arg := range args {
		if value, ok := sbatchOption(args[i:], "--clusters", "-M"); ok {
			list = value
		} else if arg == "--" {
			break
		}
	}
	return list
}

// sbatchOption reads the value of an option that the arguments begin with.
func sbatchOption(args []string, long, short string) (value string, ok bool) {
	switch arg := args[0]; {
	case arg == long || short != "" && arg == short:
		if len(args) > 1 {
			value = args[1]
		}
		return value, true
	case strings.HasPrefix(arg, long+"="):
		return arg[len(long)+1:], true
	case short != "" && strings.HasPrefix(arg, short) && !strings.HasPrefix(arg, "--"):
		return arg[len(short):], true
	}
	return "", false
}

// ours are the options of sbatch that the engine gives itself. Another value would make it lose the
// job that it submits, or its log.
var ours = [][2]string{{"--array", "-a"}, {"--job-name", "-J"}, {"--output", "-o"}, {"--dependency", "-d"}, {"--chdir", "-D"}, {"--wrap", ""}, {"--test-only", ""}}

// Args are the arguments of sbatch in the text of -slurm-args.
func Args(text string) ([]string, error) {
	refuse := func(err error) ([]string, error) {
		return nil, &fault.Error{Place: fault.Place{Arg: "-slurm-args " + prose.Quote(text)}, Err: err}
	}
	args, err := splitWords(text)
	if err != nil {
		return refuse(err)
	}
	for i := range args {
		for _, o := range ours {
			if _, ok := sbatchOption(args[i:], o[0], o[1]); ok {
				return refuse(fmt.Errorf("%s is what -engine slurm says itself, to find its jobs again: leave it out", o[0]))
			}
		}
	}
	return args, nil
}

// splitWords takes the text of -slurm-args apart as a shell does: blanks part words, quotes and
// backslashes keep them.
func splitWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote, escaped := false, rune(0), false
	for _, r := range text {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 || escaped {
		return nil, errors.New("a quote or a backslash at the end is left open")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
