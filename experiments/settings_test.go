package experiments

import (
	"strings"
	"testing"
)

// A whole number that 64 bits do not hold is said to be that, where it is set as where it is
// written.
func TestWholeNumbersTooLarge(t *testing.T) {
	for _, n := range []string{"18446744073709551616", "-9223372036854775809", "99999999999999999999"} {
		for _, key := range []string{"seed", "stop.gradients", "cluster.workers"} {
			_, set := Load([]File{{"x.toml", small}}, Options{Set: []string{key + "=" + n}})
			_, file := Load([]File{{"x.toml", small}, {"y.toml", key + " = " + n + "\n"}}, Options{})
			if set == nil || !strings.Contains(set.Error(), n+" is too large") || file == nil || !strings.Contains(file.Error(), n+" is out of range") {
				t.Errorf("%s = %s: %v, %v", key, n, set, file)
			}
		}
	}
}
