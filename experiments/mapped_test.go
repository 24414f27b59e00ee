//go:build !windows

package experiments

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// idxFolder writes images of 28 x 28 pixels in two classes, as they are or compressed.
func idxFolder(t *testing.T, dir string, n int, packed bool) {
	t.Helper()
	images, labels := []byte{0, 0, 8, 3, 0, 0, byte(n >> 8), byte(n), 0, 0, 0, 28, 0, 0, 0, 28}, []byte{0, 0, 8, 1, 0, 0, byte(n >> 8), byte(n)}
	for i := range n {
		labels = append(labels, byte(i%2))
		for j := range 784 {
			images = append(images, byte(1+(j*(i+1)*(1+i%2))%251))
		}
	}
	for name, b := range map[string][]byte{"train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels} {
		if packed {
			var z bytes.Buffer
			w := gzip.NewWriter(&z)
			w.Write(b)
			w.Close()
			name, b = name+".gz", z.Bytes()
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// onImages is runs on a folder of images, of every problem that reads samples in its own way.
const onImages = `[problem]
kind = %q
data = "idx:images"
test = 0.2
scale = %q
[strategy]
kind = "asgd"
rate = 0.01
[cluster]
workers = 3
compute = "10ms"
[stop]
updates = %d
[record]
model = true
`

// Runs on files that are read where they lie leave what runs on copies leave, to the bit.
func TestMappedRunsAreTheSame(t *testing.T) {
	for _, problem := range []string{"mlp", "softmax", "logistic", "least-squares", "lenet"} {
		for _, scale := range []string{"range", "standard"} {
			if scale == "standard" && problem != "mlp" && problem != "logistic" {
				continue
			}
			text := fmt.Sprintf(onImages, problem, scale, 20)
			if problem != "logistic" && problem != "least-squares" {
				text = strings.Replace(text, "scale", "batch = 4\nscale", 1)
			} else {
				text = strings.Replace(text, "scale", "batch = 1\nl2 = 0.01\nscale", 1)
			}
			file, out := experimentFile(t, text)
			images := filepath.Join(filepath.Dir(file), "images")
			var got [2]map[string]string
			for i := range got {
				idxFolder(t, images, 40, i == 1)
				if status, said := session(file, "-out", out); status != Done {
					t.Fatalf("%s: %s", problem, said)
				}
				got[i] = records(t, out)
				for _, dir := range []string{images, out} {
					if err := os.RemoveAll(dir); err != nil {
						t.Fatal(err)
					}
				}
			}
			compare(t, fmt.Sprintf("%s, scale = %q: on files that stay where they are", problem, scale), got[0], got[1])
		}
	}
}

// A file that is cut or written while runs are under way ends them as what it is, at any number of
// cores: by the file's name, without a further try, and without a word about a bug.
func TestChangedWhileMapped(t *testing.T) {
	for _, cores := range []int{1, 4} {
		for what, change := range map[string]func(name string) error{
			"cut": func(name string) error { return os.Truncate(name, 5000) },
			"written": func(name string) error {
				b, err := os.ReadFile(name)
				if err != nil {
					return err
				}
				for i := 16; i < len(b); i += 784 {
					b[i]++
				}
				return os.WriteFile(name, b, 0o666)
			},
		} {
			file, out := experimentFile(t, strings.Replace(fmt.Sprintf(onImages, "softmax", "range", 100_000_000), "scale", "batch = 4\nscale", 1))
			images := filepath.Join(filepath.Dir(file), "images")
			idxFolder(t, images, 60, false)
			before := runtime.GOMAXPROCS(cores)
			began := make(chan error)
			go func() { // when there is a checkpoint, gradients have been computed
				for deadline := time.Now().Add(time.Minute); ; runtime.Gosched() {
					if m, _ := filepath.Glob(filepath.Join(out, "*", "*", "checkpoint*")); len(m) > 0 || time.Now().After(deadline) {
						began <- change(filepath.Join(images, "train-images-idx3-ubyte"))
						return
					}
				}
			}()
			status, said := session(file, "-out", out, "-checkpoint", "10ms")
			runtime.GOMAXPROCS(before)
			if err := <-began; err != nil {
				t.Fatal(err)
			}
			if status != Usage || !strings.Contains(said, "train-images-idx3-ubyte: byte ") || !strings.Contains(said, "leave the data alone") || strings.Contains(said, "bug") || strings.Contains(said, "tried again") {
				t.Errorf("%s, %d cores: status %d, %s", what, cores, status, said)
			}
		}
	}
}
