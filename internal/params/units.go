package params

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// parseDuration takes Go's syntax, a bare 0 and nothing else: a number without a unit is the
// mistake to catch. So is a fraction of a nanosecond, which Go drops; and what is exact in many
// digits, Go may round down.
func parseDuration(value any) (time.Duration, error) {
	switch v := value.(type) {
	case string:
		if _, err := time.ParseDuration(v); err != nil {
			break
		}
		d, ok := exactDuration(v)
		if !ok {
			return 0, fmt.Errorf("is not a whole number of nanoseconds, in which model time is counted: round it, or take longer times throughout")
		}
		return d, nil
	case int64:
		if v == 0 {
			return 0, nil
		}
	case int:
		if v == 0 {
			return 0, nil
		}
	}
	return 0, fmt.Errorf(`want a duration with its unit: "10ms", "1.5s", "200us"`)
}

// nanoseconds are the units of durations.
var nanoseconds = map[string]int64{"ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9}

// exactDuration is the value of a duration, which is valid, if each term of it is an integer.
func exactDuration(text string) (time.Duration, bool) {
	const digits = "0123456789."
	unsigned := strings.TrimLeft(text, "+-")
	sum := new(big.Int)
	for rest := unsigned; rest != "" && rest != "0"; {
		number := rest[:len(rest)-len(strings.TrimLeft(rest, digits))]
		unit := rest[len(number):]
		if end := strings.IndexAny(unit, digits); end >= 0 {
			unit = unit[:end]
		}
		x, ok := new(big.Rat).SetString(number)
		if !ok || !x.Mul(x, new(big.Rat).SetInt64(nanoseconds[unit])).IsInt() {
			return 0, false
		}
		sum.Add(sum, x.Num())
		rest = rest[len(number)+len(unit):]
	}
	if strings.HasPrefix(text, "-") {
		sum.Neg(sum)
	}
	return time.Duration(sum.Int64()), sum.IsInt64()
}

// A Size is a number of bytes: "4MB" (10^6 each), "4MiB" (2^20), "512B".
type Size int64

// A Bandwidth is in bytes per second: "1Gbit/s", "100MB/s"; 0 is "unlimited".
type Bandwidth float64

var prefixes = []struct {
	text  string
	times float64
}{{"Ti", 1 << 40}, {"Gi", 1 << 30}, {"Mi", 1 << 20}, {"Ki", 1 << 10}, {"T", 1e12}, {"G", 1e9}, {"M", 1e6}, {"k", 1e3}, {"K", 1e3}, {"", 1}}

// quantity reads a number, an optional prefix and exactly the unit.
func quantity(text, unit string) (float64, bool) {
	s, ok := strings.CutSuffix(strings.TrimSpace(text), unit)
	if !ok {
		return 0, false
	}
	for _, p := range prefixes {
		if num, ok := strings.CutSuffix(s, p.text); ok {
			num = strings.TrimSpace(num)
			// hexadecimal, NaN and Inf are not quantities
			if strings.ContainsAny(num, "xX_pPnNiI") {
				return 0, false
			}
			x, err := strconv.ParseFloat(num, 64)
			return x * p.times, err == nil && !math.IsInf(x*p.times, 0)
		}
	}
	return 0, false
}

func (s *Size) UnmarshalText(text []byte) error {
	x, ok := quantity(string(text), "B")
	switch {
	case !ok:
		return fmt.Errorf("want %s", s.Wants())
	case x < 0 || x >= 1<<62:
		return fmt.Errorf("is outside [0, 2^62)")
	case x != math.Floor(x):
		return fmt.Errorf("is not a whole number of bytes")
	}
	*s = Size(x)
	return nil
}

// MarshalText writes the largest decimal unit that divides it.
func (s Size) MarshalText() ([]byte, error) {
	n, unit := int64(s), "B"
	for _, u := range []string{"kB", "MB", "GB", "TB"} {
		if n == 0 || n%1000 != 0 {
			break
		}
		n, unit = n/1000, u
	}
	return []byte(strconv.FormatInt(n, 10) + unit), nil
}

func (s Size) String() string { b, _ := s.MarshalText(); return string(b) }

// Wants says how a size is written.
func (Size) Wants() string { return `a size, such as "4MB" (10^6 bytes) or "4MiB" (2^20)` }

func (b *Bandwidth) UnmarshalText(text []byte) error {
	s := string(text)
	if strings.TrimSpace(s) == "unlimited" {
		*b = 0
		return nil
	}
	x, ok := quantity(s, "B/s")
	if !ok {
		if x, ok = quantity(s, "bit/s"); ok {
			x /= 8
		}
	}
	switch {
	case !ok:
		return fmt.Errorf("want %s", b.Wants())
	case !(x > 0):
		return fmt.Errorf(`must be above 0; "unlimited" has no bound`)
	}
	*b = Bandwidth(x)
	return nil
}

// MarshalText writes bytes per second so that they are read back exactly.
func (b Bandwidth) MarshalText() ([]byte, error) {
	if b == 0 {
		return []byte("unlimited"), nil
	}
	x, unit := float64(b)*8, "bit/s"
	for _, p := range []struct {
		times float64
		text  string
	}{{1e9, "Gbit/s"}, {1e6, "Mbit/s"}, {1e3, "kbit/s"}} {
		if y := x / p.times; y >= 1 && y*p.times/8 == float64(b) {
			x, unit = y, p.text
			break
		}
	}
	return []byte(strconv.FormatFloat(x, 'g', -1, 64) + unit), nil
}

func (b Bandwidth) String() string { t, _ := b.MarshalText(); return string(t) }

// Wants says how a bandwidth is written.
func (Bandwidth) Wants() string { return `a bandwidth, such as "1Gbit/s" or "100MB/s", or "unlimited"` }
