package experiments

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"staleness/sim/record"
)

// A full disk fails runs with a message that says what to do; when there is room, the rest is
// computed and nothing is half written.
func TestFullDisk(t *testing.T) {
	file, _ := experimentFile(t, "repeat = 12\n"+strings.Replace(long, "60000", "3000", 1))
	disk, calm := t.TempDir(), t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=600k"); err != nil {
		t.Skipf("mounting a small tmpfs: %v", err)
	}
	defer syscall.Unmount(disk, syscall.MNT_DETACH)
	status, said := session(file, "-out", disk)
	if status != Failed || !strings.Contains(said, "no space left on device; make room and run again: what is finished stays") || !strings.Contains(said, "what is missing is computed by") {
		t.Fatalf("exit status %d: %s", status, said)
	}
	rs, err := record.Load(disk)
	if err != nil || len(rs) == 12 {
		t.Errorf("%d runs on a full disk, %v", len(rs), err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=50m"); err != nil {
		t.Fatal(err)
	}
	if status, said := session(file, "-out", disk); status != Done {
		t.Errorf("exit status %d: %s", status, said)
	}
	if status, said := session(file, "-out", calm); status != Done {
		t.Fatal(said)
	}
	compare(t, "after a full disk", records(t, disk), records(t, calm))
}

// A folder that cannot be written is an error with a remedy; what is finished in it is found all
// the same.
func TestReadOnly(t *testing.T) {
	file, out := experimentFile(t, "repeat = 3\n"+small)
	if os.Getuid() == 0 {
		if err := os.MkdirAll(out, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount("tmpfs", out, "tmpfs", 0, "size=1m"); err != nil {
			t.Skipf("mounting a tmpfs: %v", err)
		}
		defer syscall.Unmount(out, syscall.MNT_DETACH)
	}
	if status, said := session(file, "-out", out); status != Done {
		t.Fatal(said)
	}
	if os.Getuid() == 0 {
		if err := syscall.Mount("tmpfs", out, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
	} else if err := os.Chmod(filepath.Join(out, "exp"), 0o555); err != nil {
		t.Fatal(err)
	}
	if status, said := session(file, "-out", out); status != Done || !strings.Contains(said, "3 found finished") {
		t.Errorf("exit status %d: %s", status, said)
	}
	status, said := session(file, "-out", out, "-set", "repeat=4", "-retries", "0")
	if status != Failed || strings.Count(said, "; choose a folder that can be written with -out; nothing was computed") != 1 || strings.Contains(said, "failed: ") {
		t.Errorf("exit status %d: %s", status, said)
	}
}
