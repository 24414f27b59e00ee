package record

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ID is the run-id of a configuration: 16 hex digits of a hash over the tree of everything in it
// that can change a record.
//
// Equal trees have equal ids whatever the order of their keys and the Go types that hold their
// values: 4, int8(4) and 4.0 are one number, [2]int{1, 2} and []any{1, 2} one list. A tree is made
// of tables (maps with string keys), lists (slices, arrays), strings, booleans, numbers and
// durations (which equal their String). Anything else, and a number that is not finite, is an error
// that names the key.
func ID(tree map[string]any) (string, error) {
	flat, err := appendTree(nil, "", reflect.ValueOf(tree))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(flat)
	return hex.EncodeToString(sum[:8]), nil
}

// appendTree appends a value such that no two different values append the same bytes: a type, then
// a length or an end mark.
func appendTree(b []byte, path string, v reflect.Value) ([]byte, error) {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.IsValid() && v.CanInterface() {
		if d, ok := v.Interface().(time.Duration); ok {
			v = reflect.ValueOf(d.String())
		}
	}
	var err error
	switch v.Kind() {
	case reflect.String:
		return append(appendLen(b, 's', v.Len()), v.String()...), nil
	case reflect.Bool:
		return append(strconv.AppendBool(append(b, 'b'), v.Bool()), ';'), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return append(strconv.AppendInt(append(b, 'n'), v.Int(), 10), ';'), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return append(strconv.AppendUint(append(b, 'n'), v.Uint(), 10), ';'), nil
	case reflect.Float32, reflect.Float64:
		x := v.Float()
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("record: %s is %v: a configuration holds finite numbers only", path, x)
		}
		return append(append(append(b, 'n'), canonical(x)...), ';'), nil
	case reflect.Slice, reflect.Array:
		b = appendLen(b, 'l', v.Len())
		for i := range v.Len() {
			if b, err = appendTree(b, path+"["+strconv.Itoa(i)+"]", v.Index(i)); err != nil {
				return nil, err
			}
		}
		return b, nil
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return nil, fmt.Errorf("record: %s has keys of type %s: a table has string keys", path, v.Type().Key())
		}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		b = appendLen(b, 't', len(keys))
		for _, k := range keys {
			b = append(strconv.AppendInt(b, int64(k.Len()), 10), ':')
			b = append(b, k.String()...)
			below := k.String()
			if path != "" {
				below = path + "." + below
			}
			if b, err = appendTree(b, below, v.MapIndex(k)); err != nil {
				return nil, err
			}
		}
		return b, nil
	case reflect.Invalid:
		return nil, fmt.Errorf("record: %s has no value", path)
	}
	return nil, fmt.Errorf("record: %s is of type %s, which a configuration cannot hold", path, v.Type())
}

// appendLen appends a type and a length.
func appendLen(b []byte, kind byte, n int) []byte {
	return append(strconv.AppendInt(append(b, kind), int64(n), 10), ':')
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
