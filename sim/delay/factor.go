package delay

import (
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
)

// A Factor is a law of factors, without a unit: where other laws have times, it has numbers. It is
// drawn as a law of times is, in units of 10^-12.
type Factor struct{ Of Spec }

// unit is the factor 1 as a number of ns.
const unit = 1e12

// largestFactor is about what can be written.
const largestFactor = 9e6

// FromParam decodes a law with numbers in place of durations.
func (f *Factor) FromParam(value any) error {
	timed, err := inTimes("", value)
	if err != nil {
		return err
	}
	s, err := laws.Decode("", timed)
	if err != nil {
		return params.AsWritten(err, asTable(value))
	}
	*f = Factor{s.(Spec)}
	return nil
}

// ToParam is the inverse of FromParam.
func (f Factor) ToParam() any { return inNumbers(laws.EncodeApplying(f.Of)) }

// Wants says how it is written.
func (Factor) Wants() string {
	return `a law of factors, such as {law = "lognormal", cv = 0.2}, whose mean is a number, 1 if absent`
}

// forWorker is the law of the factors of one worker.
func (f *Factor) forWorker(worker int, place stream.Key) Law { return At(f.Of, worker, place, place) }

// asTable spells out the abbreviations of a law of factors: a name, or a number for a constant.
func asTable(value any) map[string]any {
	switch v := value.(type) {
	case map[string]any:
		return v
	case string:
		return map[string]any{"law": v}
	case float64, int64, int:
		return map[string]any{"law": "constant", "mean": v}
	}
	return nil
}

// keysOf are the keys of the law that a table names, with those that all laws have.
func keysOf(table map[string]any) []params.KeyDoc {
	name, _ := table["law"].(string)
	e, ok := laws.Lookup(name)
	if !ok {
		return nil
	}
	own := params.DescribeStruct(e.Defaults)
	for _, k := range laws.Common() {
		if _, taken := keyOf(own, k.Key); !taken {
			own = append(own, k)
		}
	}
	return own
}

func keyOf(keys []params.KeyDoc, name string) (params.KeyDoc, bool) {
	for _, k := range keys {
		if k.Key == name {
			return k, true
		}
	}
	return params.KeyDoc{}, false
}

func isDuration(k params.KeyDoc) bool { return strings.HasPrefix(k.Type, "a duration") }

func holdsLaws(k params.KeyDoc) bool {
	return k.Of == laws.What() || strings.Contains(k.Type, "each element a "+laws.What())
}

// inTimes is the table of a law of factors as that of a law of times.
func inTimes(path string, value any) (map[string]any, error) {
	table := asTable(value)
	if table == nil {
		return nil, params.Errorf(path, "want %s", Factor{}.Wants())
	}
	out := maps.Clone(table)
	keys := keysOf(table)
	for name, v := range table {
		k, ok := keyOf(keys, name)
		switch at := joinPath(path, name); {
		case !ok:
		case isDuration(k):
			x, isNumber := number(v)
			if !isNumber || math.Abs(x) > largestFactor || x != x {
				return nil, &params.Error{Path: at, Value: params.Literal(v), Problem: fmt.Sprintf("want a number, at most %g: this is a law of factors, without a unit", float64(largestFactor)), Doc: k.Doc}
			}
			out[name] = strconv.FormatInt(int64(math.RoundToEven(x*unit)), 10) + "ns"
		case holdsLaws(k):
			list, isList := v.([]any)
			if !isList {
				of, err := inTimes(at, v)
				if err != nil {
					return nil, err
				}
				out[name] = of
				continue
			}
			timed := make([]any, len(list))
			for i := range list {
				of, err := inTimes(fmt.Sprintf("%s[%d]", at, i), list[i])
				if err != nil {
					return nil, err
				}
				timed[i] = of
			}
			out[name] = timed
		}
	}
	if mean, ok := keyOf(keys, "mean"); ok && isDuration(mean) {
		if _, given := table["mean"]; !given {
			out["mean"] = strconv.FormatInt(unit, 10) + "ns"
		}
	}
	return out, nil
}

// inNumbers undoes inTimes in an encoded table.
func inNumbers(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = inNumbers(v[i])
		}
	case map[string]any:
		for _, k := range keysOf(v) {
			x, given := v[k.Key]
			switch {
			case !given:
			case isDuration(k):
				d, err := time.ParseDuration(x.(string))
				if err != nil {
					panic("delay: an encoded duration cannot be read: " + err.Error())
				}
				v[k.Key] = float64(d) / unit
			case holdsLaws(k):
				v[k.Key] = inNumbers(x)
			}
		}
	}
	return value
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	}
	return 0, false
}

func joinPath(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
