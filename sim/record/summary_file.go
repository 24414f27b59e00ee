package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
)

// field is a pointer to what stands under a key of summary.json; nil: the key is one of another's.
func (c *column[R]) field(s *R) any {
	switch {
	case strings.Contains(c.Name, "."):
		return nil
	case c.float != nil:
		return c.float(s)
	case c.count != nil:
		return c.count(s)
	case c.text != nil:
		return c.text(s)
	}
	return c.whole(s)
}

// absent says whether a field does not apply.
func absent(field any) bool {
	switch x := field.(type) {
	case *float64:
		return math.IsNaN(*x) || math.IsInf(*x, 0)
	case *int64:
		return *x < 0
	}
	v := reflect.ValueOf(field).Elem()
	return v.IsZero() || v.Kind() == reflect.Map && v.Len() == 0 || v.Kind() == reflect.Slice && v.Len() == 0
}

// each calls key for every key that applies, in the order of the file, until it fails.
func (s *Summary) each(key func(name string, field any) error) error {
	for i := range summaryColumns {
		c := &summaryColumns[i]
		field := c.field(s)
		if field == nil || !c.always && absent(field) {
			continue
		}
		if m, ok := field.(*map[string]string); ok && *m == nil {
			field = &map[string]string{} // {}, not null
		}
		if err := key(c.Name, field); err != nil {
			return err
		}
	}
	return nil
}

// appendKeys appends a JSON object with what is between stands between two keys, and before a
// value.
func (s *Summary) appendKeys(b []byte, between, colon, end string) ([]byte, error) {
	b = append(b, '{')
	first := true
	err := s.each(func(name string, field any) error {
		value, err := json.Marshal(field)
		if err != nil {
			return fmt.Errorf("key %q: %w", name, err)
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = fmt.Appendf(b, "%s%q%s%s", between, name, colon, value)
		return nil
	})
	return append(b, end...), err
}

// MarshalJSON writes the keys in the order of the manual, leaving out those that do not apply.
func (s Summary) MarshalJSON() ([]byte, error) { return s.appendKeys(nil, "", ":", "}") }

// encode is the content of summary.json: one key a line, however long a histogram is.
func (s *Summary) encode() ([]byte, error) { return s.appendKeys(nil, "\n  ", ": ", "\n}\n") }

// UnmarshalJSON is strict: an unknown key, a missing one that always applies, or a second value is
// an error.
func (s *Summary) UnmarshalJSON(b []byte) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(b, &keys); err != nil {
		return err
	}
	out := *NewSummary()
	for i := range summaryColumns {
		c := &summaryColumns[i]
		field := c.field(&out)
		if field == nil {
			continue
		}
		text, there := keys[c.Name]
		delete(keys, c.Name)
		if !there || string(text) == "null" {
			if c.always {
				return fmt.Errorf("key %q is missing", c.Name)
			}
			continue
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(field); err != nil {
			return fmt.Errorf("key %q: %w", c.Name, err)
		}
	}
	if unknown := slices.Sorted(maps.Keys(keys)); len(unknown) > 0 {
		return fmt.Errorf("unknown key %q", unknown[0])
	}
	if !slices.Contains([]string{Completed, Target, Diverged, Interrupted, Failed}, out.Status) {
		return fmt.Errorf("unknown status %q", out.Status)
	}
	*s = out
	return nil
}
