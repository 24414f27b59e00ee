package peak

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// The committed loops are what their generator writes.
func TestGenerated(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the loops are for amd64, and are compared there")
	}
	const generator = "../internal/avogen"
	if out, err := exec.Command("go", "-C", generator, "mod", "download").CombinedOutput(); err != nil {
		t.Skipf("the generator's modules cannot be fetched: %v: %s", err, bytes.TrimSpace(out))
	}
	dir := t.TempDir()
	files := []string{"peak_amd64.s", "peak_amd64.go"}
	args := []string{"-C", generator, "run", "./peak", "-pkg", "peak"}
	for i, flag := range []string{"-out", "-stubs"} {
		args = append(args, flag, filepath.Join(dir, files[i]))
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
	for _, name := range files {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(afterLine(got), afterLine(want)) {
			t.Errorf("%s is not what the generator writes: run go generate ./nets/vec/peak", name)
		}
	}
}

// afterLine drops the first line, which holds the command.
func afterLine(b []byte) []byte { return b[bytes.IndexByte(b, '\n')+1:] }
