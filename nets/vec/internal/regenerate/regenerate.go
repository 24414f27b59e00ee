// Package regenerate compares committed assembly with what its generator writes.
package regenerate

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// A File is one that the generator writes where a flag says.
type File struct{ Flag, Name string }

// Compare runs a program of the generator's module, in folder module as seen from the package under
// test, and fails where a committed file differs from what it writes in more than the first line,
// which holds the command. Where the module's own modules cannot be fetched, or the loops are for
// another processor, the test is skipped.
func Compare(t *testing.T, module, program, pkg string, files ...File) {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		t.Skip("the assembly is for amd64, and is compared there")
	}
	if out, err := exec.Command("go", "-C", module, "mod", "download").CombinedOutput(); err != nil {
		t.Skipf("the generator's modules cannot be fetched: %v: %s", err, bytes.TrimSpace(out))
	}
	dir := t.TempDir()
	args := []string{"-C", module, "run", program, "-pkg", pkg}
	for _, f := range files {
		args = append(args, f.Flag, filepath.Join(dir, f.Name))
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
	for _, f := range files {
		want, err := os.ReadFile(filepath.Join(dir, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(afterLine(got), afterLine(want)) {
			t.Errorf("%s is not what the generator writes: make generate", f.Name)
		}
	}
}

func afterLine(b []byte) []byte { return b[bytes.IndexByte(b, '\n')+1:] }
