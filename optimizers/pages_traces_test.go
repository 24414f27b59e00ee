package optimizers_test

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/optimizertest"
)

// A pageTrace is a row of numbers that a page shows: the center after each update of a method on
// x²/2 from 1.
type pageTrace struct {
	after   string // what stands before it on the page
	workers int    // 0: two
	keys    map[string]any
	of      func(center []float64) []float64 // what is shown of the center; nil: itself
}

// pageTraces are all of them, by page. Keys that are not given are the defaults; rate is 0.1.
var pageTraces = map[string][]pageTrace{
	"adaptive-revision": {{"worker 0 first: ", 0, map[string]any{"rate": .1}, nil}},
	"adag":              {{"w = 2, eta = 0.01: ", 0, map[string]any{"window": int64(2), "server_rate": .01}, nil}},
	"admm":              {{"rho = 2: ", 0, map[string]any{"rate": .1, "rho": 2.}, nil}},
	"aeasgd": {
		{"alpha = 0.1: ", 0, map[string]any{"window": int64(2), "alpha": .1}, nil},
		{"trace below becomes ", 0, map[string]any{"window": int64(2), "alpha": .1, "variant": "dist-keras"}, nil},
	},
	"agn":     {{"six commits is ", 0, map[string]any{"window": int64(2)}, nil}},
	"asgd":    {{"worker 0 first: ", 0, map[string]any{"rate": .1}, nil}},
	"dana":    {{"gamma = 0.9, zero: ", 0, map[string]any{"rate": .1, "momentum": .9, "form": "zero"}, nil}},
	"dc-asgd": {{"lambda = 0.5, constant: ", 0, map[string]any{"rate": .1, "lambda": .5, "form": "constant"}, nil}},
	"delay-adaptive": {
		{"with C = 1: ", 4, map[string]any{"rate": .1, "threshold": int64(1)}, nil},
		{"with a = 0.9: ", 3, map[string]any{"rate": .1, "rule": "wu-1", "fraction": .9}, nil},
		{"wu-2 gives: ", 3, map[string]any{"rate": .1, "rule": "wu-2"}, nil},
	},
	"downpour": {
		{"worker 0 first, w = 2: ", 0, map[string]any{"window": int64(2)}, nil},
		{"trace below becomes ", 0, map[string]any{"window": int64(2), "variant": "dist-keras"}, nil},
	},
	"dynsgd": {{"worker 0 first, w = 2: ", 0, map[string]any{"window": int64(2)}, nil}},
	"eamsgd": {
		{"alpha = 0.1, delta = 0.9: ", 0, map[string]any{"window": int64(2), "alpha": .1, "rate": .1, "momentum": .9}, nil},
		{"trace below becomes ", 0, map[string]any{"window": int64(2), "alpha": .1, "rate": .01, "momentum": .9, "variant": "dist-keras"}, nil},
	},
	"easgd":     {{"x0 = 1: ", 0, map[string]any{"window": int64(2), "alpha": .1}, nil}},
	"fedasync":  {{"a = 0.5: ", 0, map[string]any{"window": int64(2), "alpha": .6, "prox": .05, "weight": map[string]any{"kind": "polynomial", "a": .5}}, nil}},
	"fedbuff":   {{"eta_g = 1: ", 4, map[string]any{"buffer": int64(2), "window": int64(2), "server_rate": 1.}, nil}},
	"gap-aware": {{"gamma = 0.9: ", 0, map[string]any{"rate": .1, "momentum": .9}, nil}},
	"gem": {
		{"no clamp: ", 1, map[string]any{"rate": .1, "ceiling": 0.}, nil},
		{"(pi = ", 1, map[string]any{"rate": .1, "ceiling": 0.}, gemPi},
		{"Two equal workers: ", 0, map[string]any{"rate": .1, "ceiling": 0.}, nil},
	},
	"hogwild":           {{"one piece: ", 0, map[string]any{"rate": .1}, nil}},
	"mindthestep":       {{"cap = 5: ", 0, map[string]any{"rate": .1, "momentum": .9, "cap": 5.}, nil}},
	"multi-asgd":        {{"gamma = 0.9: ", 0, map[string]any{"rate": .1, "momentum": .9}, nil}},
	"nag-asgd":          {{"gamma = 0.9: ", 0, map[string]any{"rate": .1, "momentum": .9}, nil}},
	"ormo":              {{"beta = 0.9: ", 0, map[string]any{"rate": .1, "momentum": .9}, nil}},
	"picky":             {{"threshold = 0.05: ", 0, map[string]any{"rate": .1, "threshold": .05}, nil}},
	"shifted-momentum":  {{"gamma = 0.9: ", 0, map[string]any{"rate": .1, "momentum": .9}, nil}},
	"smega2":            {{"gamma = 0.9: ", 0, map[string]any{"rate": .1, "momentum": .9}, nil}},
	"throttle":          {{"q = 1.1: ", 0, map[string]any{"rate": .1, "factor": 1.1}, nil}},
	"weight-prediction": {{"gamma = 0.9: ", 0, map[string]any{"rate": .1, "momentum": .9}, nil}},
	"mdownpour":         {{"delta = 0.9: ", 0, map[string]any{"rate": .1, "momentum": .9}, nil}},
	"msgd":              {{"delta = 0.9: ", 1, map[string]any{"rate": .1, "momentum": .9}, nil}},
	"staleness-aware":   {{"F = x²/2: ", 3, map[string]any{"rate": .1}, nil}},
}

var (
	numberRow  = regexp.MustCompile(`^-?\d+(\.\d+)?(, -?\d+(\.\d+)?)+`)
	anyRow     = regexp.MustCompile(`-?\d+\.\d+(, -?\d+\.\d+){3,}`)
	pageNumber = regexp.MustCompile(`^-?\d*\.?\d+$`)
)

// printedAs says whether x is what a page prints as text, to half a unit of its last digit.
func printedAs(text string, x float64) bool {
	_, decimals, _ := strings.Cut(text, ".")
	y, err := strconv.ParseFloat(text, 64)
	return err == nil && pageNumber.MatchString(text) && math.Abs(x-y) <= .5*math.Pow10(-len(decimals))*(1+1e-6)
}

// methodPage is a page in one line.
func methodPage(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "docs", "methods", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(b)), " ")
}

// Every row of numbers on a method's page is what the method computes.
func TestPageTraces(t *testing.T) {
	for name := range strategyNames() {
		page := methodPage(t, name)
		shown := len(anyRow.FindAllString(page, -1))
		for _, p := range pageTraces[name] {
			before, rest, ok := strings.Cut(page, p.after)
			row := numberRow.FindString(rest)
			if !ok || row == "" || strings.Contains(rest, p.after) {
				t.Errorf("%s: no row of numbers after %q, or two (after %d characters)", name, p.after, len(before))
				continue
			}
			shown--
			keys := map[string]any{"kind": name}
			for k, v := range p.keys {
				keys[k] = v
			}
			spec, err := o.Decode("strategy", keys)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			want := strings.Split(row, ", ")
			got := trace(t, spec.Method, optimizertest.Setup[float64]{Workers: p.workers}, len(want))
			if p.of != nil {
				got = p.of(got)
			}
			for i, text := range want {
				if !printedAs(text, got[i]) {
					t.Errorf("%s, after %q: the page says %s after update %d, and it is %.12g", name, p.after, text, i+1, got[i])
				}
			}
		}
		if shown > 0 {
			t.Errorf("%s: %d rows of numbers that no test computes: enter them above", name, shown)
		}
	}
}

// gemPi are the scalars of one worker: its push is pi times -eta s, s being what it pulled before
// the push that came before.
func gemPi(center []float64) (pi []float64) {
	s, x := 1., 1.
	for _, next := range center {
		pi = append(pi, (next-x)/(-eta*s))
		s, x = x, next
	}
	return pi
}

// strategyNames are the methods that have a page.
func strategyNames() map[string]bool {
	names := map[string]bool{}
	for _, d := range o.Strategies().Describe() {
		names[d.Name] = true
	}
	return names
}

func TestPrintedAs(t *testing.T) {
	for text, ok := range map[string]bool{"0.5": true, "0.50": true, "0.500000001": false, "0.6": false, "1": true, "-0.5": false, "": false, "x": false} {
		if printedAs(text, .5) != ok {
			t.Errorf("%q: %t", text, !ok)
		}
	}
}
