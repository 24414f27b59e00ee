package params

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// A duration is exactly what is written, or refused: Go drops fractions of a nanosecond.
func TestDurationsAreExact(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1ns": 1, "0.1us": 100, "1.5µs": 1500, "0": 0, "0s": 0, "0.0ns": 0, "1.000ns": 1, ".5us": 500, "5.s": 5 * time.Second, "-1.5ms": -1500 * time.Microsecond,
		"1h1.5us": time.Hour + 1500, "2562047h47m16.854775807s": 1<<63 - 1, "+3m": 3 * time.Minute,
	} {
		if d, err := parseDuration(text); err != nil || d != want {
			t.Errorf("%q: %v, %v; want %v", text, d, err, want)
		}
	}
	for _, text := range []string{"1.9ns", "0.4ns", "-0.4ns", "1.0001us", "0.0000000001s", "1h0.5ns", "0.5ns0.5ns", "0.0000000000001h", "0.9999999999999999999ns"} {
		if d, err := parseDuration(text); err == nil || !strings.Contains(err.Error(), "whole number of nanoseconds") {
			t.Errorf("%q: %v, %v", text, d, err)
		}
	}
}

// Any number of digits in any unit: what is taken has the value that integers give, and nothing
// else is taken.
func TestDurationsDrawn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	taken, refused := 0, 0
	for range 2000 {
		for unit, scale := range nanoseconds {
			places := r.IntN(15)
			power := int64(1)
			for range places {
				power *= 10
			}
			n := r.Int64N(1000 * power)
			// few digits, now and then
			n -= n % max(1, power/[]int64{1, 10, 1000, 1_000_000}[r.IntN(4)])
			text := fmt.Sprintf("%d.%0*d%s", n/power, places, n%power, unit)
			want, rest := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(n), big.NewInt(scale)), big.NewInt(power), new(big.Int))
			d, err := parseDuration(text)
			if (err == nil) != (rest.Sign() == 0) || err == nil && int64(d) != want.Int64() {
				t.Fatalf("%q: %v, %v; it is %v ns and %v parts of %d", text, d, err, want, rest, power)
			}
			if err == nil {
				taken++
			} else {
				refused++
			}
		}
	}
	if taken < 1000 || refused < 1000 {
		t.Errorf("%d taken, %d refused", taken, refused)
	}
}
