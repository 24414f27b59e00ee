//go:build !windows

package experiments

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"staleness/experiments/internal/clock"
	"staleness/experiments/internal/files"
)

// jumpingClock is a clock on the wall that is set at every look, years ahead and back, each time
// farther. What Go reads beside it goes on as it does.
func jumpingClock() func() time.Time {
	var looks atomic.Int64
	return func() time.Time {
		n := looks.Add(1)
		days := 1000 + min(n, 5000)
		if n%2 == 0 {
			days = -days
		}
		t := time.Now()
		// the first word: one bit, 33 bits of seconds, 30 of nanoseconds
		*(*uint64)(unsafe.Pointer(&t)) += uint64(days*86400) << 30
		return t
	}
}

// A clock that jumps by years changes nothing: not when runs save themselves, not what progress and
// env.txt say of time, no result.
func TestJumpingClock(t *testing.T) {
	clock.Now = jumpingClock()
	defer func() { clock.Now = time.Now }()
	if a, b := clock.Now(), clock.Now(); max(a.Sub(b).Abs(), b.Sub(a).Abs()) > time.Minute || a.Round(0).Sub(b.Round(0)).Abs() < 2000*24*time.Hour {
		t.Fatalf("the clock does not jump: %v, %v", a, b)
	}
	saved := 0
	var out string
	touched = func() {
		if dirs, _ := filepath.Glob(filepath.Join(out, "exp", "*")); len(dirs) == 1 && hasCheckpoint(dirs[0]) {
			saved++
		}
	}
	defer func() { touched = nil }()
	var file string
	file, out = experimentFile(t, strings.NewReplacer("asgd", "touchy", "updates = 6", "updates = 2000").Replace(small))
	status, said := session(file, "-out", out, "-checkpoint", "1h")
	if status != Done || saved > 0 {
		t.Errorf("%d checkpoints within an hour; exit status %d: %s", saved, status, said)
	}
	took := regexp.MustCompile(`1 computed in ([0-9.]+)s: `).FindStringSubmatch(said)
	if took == nil {
		t.Fatalf("no time in %q", said)
	}
	env := glob(t, filepath.Join(out, "exp", "*", "env.txt"))
	if len(env) != 1 {
		t.Fatalf("%v", env)
	}
	wall := regexp.MustCompile(`wall time: (\S+) s`).FindStringSubmatch(read(t, env[0]))
	if wall == nil {
		t.Fatalf("no time in %s", read(t, env[0]))
	}
	for _, text := range []string{took[1], wall[1]} {
		if s, err := strconv.ParseFloat(text, 64); err != nil || s < 0 || s > 600 {
			t.Errorf("it took %s s, %v", text, err)
		}
	}
	clock.Now = time.Now
	calm := filepath.Join(filepath.Dir(out), "calm")
	if status, said := session(file, "-out", calm); status != Done {
		t.Fatal(said)
	}
	compare(t, "with a clock that jumps", records(t, out), records(t, calm))
}

// Times of files say nothing: neither that a record is too old, nor that a lock is.
func TestTimesOfFiles(t *testing.T) {
	for _, year := range []int{1970, 2100} {
		t.Run(fmt.Sprint(year), func(t *testing.T) {
			file, out := experimentFile(t, "repeat = 3\n"+small)
			if status, said := session(file, "-out", out); status != Done {
				t.Fatal(said)
			}
			then := time.Date(year, 1, 2, 0, 0, 0, 0, time.UTC)
			date := func() {
				err := filepath.WalkDir(filepath.Dir(out), func(name string, _ fs.DirEntry, err error) error {
					if err != nil {
						return err
					}
					return os.Chtimes(name, then, then)
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			date()
			if status, said := session(file, "-out", out); status != Done || !strings.Contains(said, "3 found finished") {
				t.Errorf("exit status %d: %s", status, said)
			}
			var held string
			for _, name := range glob(t, filepath.Join(out, "exp", "*", "summary.json")) {
				held = filepath.Dir(name)
			}
			lock, err := files.LockRun(held)
			if err != nil {
				t.Fatal(err)
			}
			date()
			files.SweepHome(filepath.Dir(held))
			if other, err := files.LockRun(held); err != files.ErrHeld {
				t.Errorf("a lock of %d is broken: %v", year, err)
				other.Unlock()
			}
			lock.Unlock()
		})
	}
}

// The clock of this package is the only one that it and the package results look at.
func TestOneClock(t *testing.T) {
	for _, name := range append(glob(t, "*.go"), glob(t, "../results/*.go")...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, other := range []string{"time.Now()", "time.Since(", "time.Until(", "ModTime("} {
			if text := read(t, name); strings.Contains(text, other) {
				t.Errorf("%s asks %s", name, other)
			}
		}
	}
}
