package data

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/internal/testspeed"
)

// A preset finds its files, knows how many features there are, and sees that a file is not the one
// that it names.
func TestPresets(t *testing.T) {
	dir := folder(t, map[string][]byte{"a9a": []byte("-1 3:1\n+1 1:1\n"), "phishing.txt": []byte("1 69:1\n"), "w7a": []byte("")})
	for want, s := range map[string]Source{
		"a9a: byte 0: holds 2 samples, a9a has 32561; fetch it again": A9A{dir},
		"phishing.txt:1: feature 69 where there are 68":               Phishing{dir},
		"w7a:1: there are no samples":                                 W7A{dir},
		"a9a: there is no such file, nor with .gz":                    A9A{filepath.Join(dir, "none")},
	} {
		want = strings.Replace(want, " byte 0:", "", 1)
		if _, err := Load[float64](Options{Data: s, Scale: "range"}, Classify, Where{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: %v; want %q", s, err, want)
		}
	}
}

// The real files are what the presets say.
func TestPresetsAsPublished(t *testing.T) {
	dir := "../../../shared/data/libsvm"
	if _, err := os.Stat(dir + "/a9a"); err != nil {
		t.Skip("there is no ../shared/data/libsvm beside the repository")
	}
	if testspeed.Slower > 1 {
		t.Skip("reading text takes long here, and no kernel has a part in it")
	}
	p, err := Load[float32](Options{Data: A9A{dir}, Scale: "range"}, Classify, Where{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Train.Len() != 32561 || p.Test.Len() != 16281 || p.Train.Features() != 123 || p.Test.Features() != 123 {
		t.Errorf("%d and %d samples of %d features", p.Train.Len(), p.Test.Len(), p.Train.Features())
	}
}
