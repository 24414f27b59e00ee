package vec

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The compiler for arm64 may turn x*y + z into one instruction that rounds once, across statements
// and inlined calls. Here it must not, but where the source says FMA, or where it does no harm: in
// the tiles of product_go.go.
func TestNoHiddenFusion(t *testing.T) {
	cmd := exec.Command("go", "build", "-gcflags=-S", "-o", os.DevNull, ".")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out[:min(len(out), 2000)])
	}
	fused := regexp.MustCompile(`\(([^()]*\.go):(\d+)\)\s+(FN?M(?:ADD|SUB)[SD])\b`)
	sources := map[string][]string{}
	found := 0
	for _, m := range fused.FindAllStringSubmatch(string(out), -1) {
		file, name := m[1], filepath.Base(m[1])
		if sources[name] == nil {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatalf("%s has a %s: %v", file, m[3], err)
			}
			sources[name] = strings.Split(string(b), "\n")
		}
		line, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		found++
		if text := sources[name][line-1]; !strings.Contains(text, "math.FMA(") && name != "product_go.go" {
			t.Errorf("%s:%d: %s: %s", name, line, m[3], strings.TrimSpace(text))
		}
	}
	if found == 0 {
		t.Error("the compiler's listing has no fused instruction at all, not even those asked for: was it read?")
	}
}
