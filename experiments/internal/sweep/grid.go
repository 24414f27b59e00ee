package sweep

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"staleness/experiments/internal/fault"
	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/vec"
)

// A GridSpec is what stands beside a key of [sweep] in place of a list.
type GridSpec struct {
	From   *float64  `in:"[-1e30,1e30]" doc:"first value of a range"`
	To     *float64  `in:"[-1e30,1e30]" when:"from" doc:"last value of a range, included if a step lands on it"`
	Step   *float64  `in:"(0,1e30]" when:"from" doc:"distance of the values of a range"`
	Log    []float64 `in:"(0,1e30]" doc:"the two ends of n values whose logarithms are equally far apart"`
	Linear []float64 `in:"[-1e30,1e30]" doc:"the two ends of n values equally far apart"`
	Random string    `in:"|uniform|log-uniform" doc:"draw n values between low and high; all random keys of a sweep are drawn together, as one axis"`
	Low    float64   `in:"[-1e30,1e30]" when:"random" doc:"least value that may be drawn"`
	High   float64   `in:"[-1e30,1e30]" when:"random" doc:"largest value that may be drawn"`
	N      int       `in:"[0,100000]" when:"!from" doc:"how many values"`
	Whole  bool      `doc:"round to whole numbers; of log and linear those that come out equal count once"`
}

// gridSize bounds the values of one axis: more is a slip of the pen.
const gridSize = 100000

// grid lists the values that stand beside a swept key.
func grid(path string, v any, draws stream.Key) (values []any, random bool, err error) {
	switch v := v.(type) {
	case []any:
		if len(v) == 0 {
			return nil, false, params.Errorf(path, "is an empty list: an axis needs a value")
		}
		return v, false, nil
	case map[string]any:
		var g GridSpec
		if err := params.Decode(path, v, &g); err != nil {
			return nil, false, err
		}
		xs, err := g.values(draws)
		if err != nil {
			return nil, false, fault.Bad(path, v, "%v", err)
		}
		whole := g.Whole || g.From != nil && isWhole(v["from"]) && isWhole(v["step"])
		for i, x := range xs {
			if g.Whole {
				if x = math.Round(x); i > 0 && g.Random == "" && x == math.Round(xs[i-1]) {
					continue
				}
			}
			if whole {
				values = append(values, int64(x))
			} else {
				values = append(values, x)
			}
		}
		return values, g.Random != "", nil
	}
	return nil, false, fault.Bad(path, v, "want a list of values, {from, to, step}, {log = [a, b], n}, {linear = [a, b], n} or {random, low, high, n}")
}

func isWhole(v any) bool { _, ok := v.(int64); return ok }

func (g GridSpec) values(draws stream.Key) ([]float64, error) {
	kinds := 0
	for _, given := range []bool{g.From != nil || g.To != nil || g.Step != nil, g.Log != nil, g.Linear != nil, g.Random != ""} {
		if given {
			kinds++
		}
	}
	if kinds != 1 {
		return nil, fmt.Errorf("want exactly one of {from, to, step}, {log, n}, {linear, n} and {random, low, high, n}")
	}
	switch {
	case g.Log != nil:
		if len(g.Log) != 2 || !(g.Log[0] > 0 && g.Log[1] > 0) || g.N < 2 {
			return nil, fmt.Errorf("log wants two ends above 0 and n of 2 or more: {log = [1e-3, 1.0], n = 7}")
		}
		return spaced(vec.Log(g.Log[0]), vec.Log(g.Log[1]), g.N, func(x float64) float64 { return round12(vec.Exp(x)) }), nil
	case g.Linear != nil:
		if len(g.Linear) != 2 || g.N < 2 {
			return nil, fmt.Errorf("linear wants two ends and n of 2 or more: {linear = [0.1, 0.9], n = 9}")
		}
		return spaced(g.Linear[0], g.Linear[1], g.N, round12), nil
	case g.Random != "":
		logs := g.Random == "log-uniform"
		if !(g.Low < g.High) || logs && g.Low <= 0 || g.N < 1 {
			return nil, fmt.Errorf(`random wants low < high (above 0 if log-uniform) and n: {random = "log-uniform", low = 1e-4, high = 1.0, n = 20}`)
		}
		xs := make([]float64, g.N)
		for i := range xs {
			r := draws.At(0, uint64(i))
			if u := r.Float64(); logs {
				lo, hi := vec.Log(g.Low), vec.Log(g.High)
				xs[i] = round12(vec.Exp(lo + float64((hi-lo)*u)))
			} else {
				xs[i] = round12(g.Low + float64((g.High-g.Low)*u))
			}
		}
		return xs, nil
	}
	if g.From == nil || g.To == nil || g.Step == nil || !(*g.Step > 0) || *g.To < *g.From {
		return nil, fmt.Errorf("a range wants from, to and a step above 0, with from <= to: {from = 4, to = 16, step = 4}")
	}
	n := math.Floor((*g.To - *g.From) / *g.Step * (1 + 1e-12))
	if n >= gridSize {
		return nil, fmt.Errorf("the range has more than %d values: take a larger step, or linear with an n", gridSize)
	}
	xs := make([]float64, int(n)+1)
	for i := range xs {
		xs[i] = round12(*g.From + float64(float64(i)**g.Step))
	}
	return xs, nil
}

// spaced gives n values of f from lo to hi.
func spaced(lo, hi float64, n int, f func(float64) float64) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = f(lo + float64((hi-lo)*float64(i))/float64(n-1))
	}
	return xs
}

// round12 rounds to twelve digits, so that the middle of 1e-3 and 1e-1 is 0.01 and not its
// neighbour.
func round12(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 11, 64), 64)
	return y
}

// short is a value as a table of figures would have it.
func short(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'g', 6, 64)
	}
	return strings.ReplaceAll(params.Literal(v), `"`, "")
}
