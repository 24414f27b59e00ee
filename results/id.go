package results

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// ID is the run-id of a configuration: 16 hex digits of a hash over the tree of everything in it that can change a record.
//
// Equal trees have equal ids whatever the order of their keys and the Go types that hold their values: 4, int8(4) and 4.0 are
// one number, [2]int{1, 2} and []any{1, 2} one list. A tree is made of tables (maps with string keys), lists (slices, arrays),
// strings, booleans, numbers and durations (which equal their String). Anything else, and a number that is not finite, is
// an error that names the key.
func ID(tree map[string]any) (string, error) {
	h := sha256.New()
	if err := hashTree(h, "", reflect.ValueOf(tree)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// hashTree writes a value such that no two different values write the same bytes: a type, then a length or an end mark.
func hashTree(h hash.Hash, path string, v reflect.Value) error {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.IsValid() && v.CanInterface() {
		if d, ok := v.Interface().(time.Duration); ok {
			v = reflect.ValueOf(d.String())
		}
	}
	switch v.Kind() {
	case reflect.String:
		fmt.Fprintf(h, "s%d:%s", v.Len(), v.String())
	case reflect.Bool:
		fmt.Fprintf(h, "b%t;", v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		fmt.Fprintf(h, "n%d;", v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		fmt.Fprintf(h, "n%d;", v.Uint())
	case reflect.Float32, reflect.Float64:
		x := v.Float()
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("results: %s is %v: a configuration holds finite numbers only", path, x)
		}
		fmt.Fprintf(h, "n%s;", canonical(x))
	case reflect.Slice, reflect.Array:
		fmt.Fprintf(h, "l%d:", v.Len())
		for i := range v.Len() {
			if err := hashTree(h, path+"["+strconv.Itoa(i)+"]", v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return fmt.Errorf("results: %s has keys of type %s: a table has string keys", path, v.Type().Key())
		}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int {
			if a.String() < b.String() {
				return -1
			}
			return 1
		})
		fmt.Fprintf(h, "t%d:", len(keys))
		for _, k := range keys {
			fmt.Fprintf(h, "%d:%s", k.Len(), k.String())
			below := k.String()
			if path != "" {
				below = path + "." + below
			}
			if err := hashTree(h, below, v.MapIndex(k)); err != nil {
				return err
			}
		}
	case reflect.Invalid:
		return fmt.Errorf("results: %s has no value", path)
	default:
		return fmt.Errorf("results: %s is of type %s, which a configuration cannot hold", path, v.Type())
	}
	return nil
}

// canonical writes a finite number; an integer as integers are written.
func canonical(x float64) string {
	switch {
	case x == math.Trunc(x) && math.Abs(x) < 1<<63:
		return strconv.FormatInt(int64(x), 10)
	case x == math.Trunc(x) && x > 0 && x < 1<<64:
		return strconv.FormatUint(uint64(x), 10)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
