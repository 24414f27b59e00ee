package config

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/optimizers"
)

// perL is a rate written as a multiple of 1/L.
var perL = regexp.MustCompile(`^\s*([0-9.eE+-]+)\s*/\s*L\s*$`)

func (c *Config) readStrategy(table map[string]any, problems *Problems) (err error) {
	table = document.CopyTree(table).(map[string]any)
	if err := c.ratesPerL("strategy", table, problems); err != nil {
		return err
	}
	if err := c.readWritten(table, problems); err != nil {
		return err
	}
	if c.Strategy, err = optimizers.Decode("strategy", table); err != nil {
		return err
	}
	return c.readGraph()
}

// ratesPerL replaces rates such as "0.5/L" by numbers, wherever they stand in a table.
func (c *Config) ratesPerL(path string, table map[string]any, problems *Problems) error {
	for _, k := range prose.SortedKeys(table) {
		at := document.Join(path, k)
		switch v := table[k].(type) {
		case map[string]any:
			if err := c.ratesPerL(at, v, problems); err != nil {
				return err
			}
		case string:
			m := perL.FindStringSubmatch(v)
			if m == nil || k != "rate" && k != "server_rate" {
				continue
			}
			x, err := c.perL(at, v, problems)
			if err != nil {
				return err
			}
			table[k] = x
			c.wrote(at, m[1]+"/L")
		}
	}
	return nil
}

// perL is the number that a rate such as "0.5/L" stands for.
func (c *Config) perL(at, text string, problems *Problems) (float64, error) {
	m := perL.FindStringSubmatch(text)
	if m == nil {
		return 0, fault.Bad(at, text, "want a number over L, such as \"0.5/L\"")
	}
	x, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return 0, fault.Bad(at, text, "want a number over L, such as \"0.5/L\"")
	}
	l, err := problems.smoothness(c)
	if err != nil {
		return 0, fault.Bad(at, text, "%v", err)
	}
	return x / l, nil
}

func (c *Config) wrote(path, text string) {
	if c.written == nil {
		c.written = map[string]string{}
	}
	c.written[path] = text
}

// readWritten reads [written] of a run.toml, which says what numbers of the strategy came from. It
// must still be true.
func (c *Config) readWritten(strategy map[string]any, problems *Problems) error {
	v, ok := c.Doc.Table["written"]
	if !ok {
		return nil
	}
	t, ok := v.(map[string]any)
	if !ok {
		return params.Errorf("written", "want a table, as run.toml has it")
	}
	for _, path := range prose.SortedKeys(t) {
		at := document.Join("written", path)
		text, ok := t[path].(string)
		if !ok {
			return fault.Bad(at, t[path], "want text, such as \"0.5/L\"")
		}
		if c.written[path] != "" { // written anew
			continue
		}
		x, err := c.perL(at, text, problems)
		if err != nil {
			return err
		}
		if key, ok := strings.CutPrefix(path, "strategy."); !ok || numberAt(strategy, key) != x {
			return fault.Bad(at, text, "is %v here, which is not %s: leave [written] out", x, path)
		}
		c.wrote(path, text)
	}
	return nil
}

// numberAt is the number at a dotted path of a table; NaN if there is none.
func numberAt(table map[string]any, path string) float64 {
	first, rest, deeper := strings.Cut(path, ".")
	if t, ok := table[first].(map[string]any); ok && deeper {
		return numberAt(t, rest)
	}
	switch x := table[first].(type) {
	case float64:
		return x
	case int64:
		return float64(x)
	}
	return math.NaN()
}

var errNoL = errors.New("this problem does not know its smoothness L (quadratic, least-squares and logistic do); give a number")
