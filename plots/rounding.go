package plots

import (
	"math"
	"strconv"
	"strings"

	"staleness/plots/internal/draw"
)

// rounded writes a number and the ends of an interval around it, rounded to the uncertainty: half
// the width of the interval has two digits, and the number ends where it does, with two digits at
// least and five at most; without an interval three. What is
// below small or from 100,000 on has a power of ten, which the ends share. sign is what an infinity
// is. An interval that is NaN or a point is "".
func rounded(mid, lo, hi, small float64, sign string) (text, interval string) {
	if math.IsNaN(mid) {
		return "–", ""
	}
	if !draw.Finite(mid) {
		text = sign
		if draw.Finite(lo) || draw.Finite(hi) {
			interval = "[" + alone(lo, small, sign) + ", " + alone(hi, small, sign) + "]"
		}
		return text, interval
	}
	decimals, exponent := places(mid, lo, hi, small)
	power := ""
	if exponent != 0 {
		power = "×10^{" + strings.Replace(strconv.Itoa(exponent), "-", "−", 1) + "}"
	}
	end := func(v float64) string {
		if !draw.Finite(v) {
			return sign
		}
		if exponent != 0 {
			v = shifted(v, -exponent)
		}
		s := strconv.FormatFloat(v, 'f', decimals, 64)
		if strings.Trim(s, "-0.") == "" {
			s = strings.TrimPrefix(s, "-")
		}
		return strings.Replace(s, "-", "−", 1)
	}
	if !math.IsNaN(lo) && !math.IsNaN(hi) && lo != hi {
		interval = "[" + end(lo) + ", " + end(hi) + "]" + power
	}
	return end(mid) + power, interval
}

func alone(v, small float64, sign string) string {
	text, _ := rounded(v, math.NaN(), math.NaN(), small, sign)
	return text
}

// places is how many decimals a number has beside its power of ten; an exponent of 0 is none.
func places(mid, lo, hi, small float64) (decimals, exponent int) {
	half := math.NaN()
	switch {
	case draw.Finite(lo) && draw.Finite(hi):
		half = hi/2 - lo/2
	case draw.Finite(lo):
		half = mid - lo
	case draw.Finite(hi):
		half = hi - mid
	}
	least := 3 // digits of mid
	last := math.MinInt
	if half > 0 {
		last, least = 1-magnitude(draw.Round(half, 2)), 2
	}
	if mid == 0 {
		if last == math.MinInt {
			return 0, 0
		}
		return max(0, min(last, 12)), 0
	}
	digits := func(e int) int { return max(least, min(5, last+e+1)) }
	if last == math.MinInt {
		digits = func(int) int { return least }
	}
	e := magnitude(mid)
	e = magnitude(draw.Round(mid, digits(e))) // 9.996 is 10.00
	d := digits(e) - 1
	if e < magnitude(small) || e >= 5 {
		return d, e
	}
	return max(0, d-e), 0
}

// magnitude is the exponent of a number's first digit.
func magnitude(v float64) int {
	_, e, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'e', -1, 64), "e")
	k, _ := strconv.Atoi(e)
	return k
}

// shifted is v times a power of ten, without a rounding of its own.
func shifted(v float64, by int) float64 {
	m, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	k, _ := strconv.Atoi(e)
	x, _ := strconv.ParseFloat(m+"e"+strconv.Itoa(k+by), 64)
	return x
}
