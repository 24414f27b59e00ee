//go:build !windows

package experiments

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"staleness/experiments/internal/files"
	"staleness/internal/testspeed"
	"staleness/sim/record"
)

// precious is what a user would miss.
const precious = "what a user would miss\n"

// kindsOfThings put something at a place; other is a file of the user's with precious in it, in an
// otherwise empty folder. An error skips the kind where the system does not have it.
var kindsOfThings = []struct {
	name string
	put  func(place, other string) error
}{
	{"device", func(place, _ string) error { return syscall.Mknod(place, syscall.S_IFCHR|0o666, 1<<8|3) }},
	{"named pipe", func(place, _ string) error { return syscall.Mkfifo(place, 0o666) }},
	{"link to a file", func(place, other string) error { return os.Symlink(other, place) }},
	{"link to nothing", func(place, other string) error {
		return os.Symlink(filepath.Join(filepath.Dir(other), "nothing"), place)
	}},
	{"link to a folder", func(place, other string) error { return os.Symlink(filepath.Dir(other), place) }},
	{"link in a circle", func(place, _ string) error { return os.Symlink(place, place) }},
	{"folder", func(place, _ string) error {
		if err := os.Mkdir(place, 0o777); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(place, "kept"), []byte(precious), 0o666)
	}},
	{"hard link", func(place, other string) error { return os.Link(other, place) }},
	{"read-only file", func(place, _ string) error { return os.WriteFile(place, []byte("of before\n"), 0o444) }},
	{"rubbish", func(place, _ string) error { return os.WriteFile(place, []byte("of before\n"), 0o666) }},
}

// users makes a file of the user's, in a folder of its own.
func users(t *testing.T, other string) {
	t.Helper()
	if err := os.Mkdir(filepath.Dir(other), 0o777); err != nil {
		t.Fatal(err)
	}
	write(t, other, precious)
}

// kept says whether everything of the user's is as it was; placed is what was put at the place, nil
// if it may be gone.
func kept(t *testing.T, place, other string, placed fs.FileInfo) {
	t.Helper()
	if text, err := os.ReadFile(other); err != nil || string(text) != precious {
		t.Errorf("the user's file has %q, %v", text, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(other)); err != nil || len(entries) != 1 {
		t.Errorf("the user's folder has %v, %v", entries, err)
	}
	if placed == nil {
		return
	}
	now, err := os.Lstat(place)
	if err != nil || now.Mode() != placed.Mode() || !os.SameFile(now, placed) {
		t.Errorf("%s is not what was there: %v", place, err)
	}
	if text, err := os.ReadFile(filepath.Join(place, "kept")); placed.IsDir() && (err != nil || string(text) != precious) {
		t.Errorf("the folder that was there has %q, %v", text, err)
	}
}

// everything is an experiment that writes every kind of file that there is.
const everything = `name = "exp"
[problem]
kind = "softmax"
data = "digits"
batch = 4
[strategy]
kind = "asgd"
rate = 0.1
[cluster]
workers = 2
compute = "10ms"
[stop]
updates = 6
[eval]
updates = 3
[record]
updates = true
trace = true
model = true
[[table]]
name = "what"
`

// Wherever the program keeps a file, whatever stands there: it is refused with its name, exit
// status 2 and nothing lost, or the record comes out right. When it is moved away the record comes
// out right.
func TestWhateverStandsThere(t *testing.T) {
	file, calm := experimentFile(t, everything)
	if status, said := session(file, "-out", calm, "-keep"); status != Done {
		t.Fatal(said)
	}
	want := records(t, calm)
	id := filepath.Base(filepath.Dir(glob(t, filepath.Join(calm, "exp", "*", record.SummaryFile))[0]))
	places := []string{id, files.LocksDir, filepath.Join(files.LocksDir, id), ".try", files.DrawingsFile, "." + files.DrawingsFile + ".tmp", "what.csv", "what.tex"}
	for _, f := range []string{record.ConfigFile, record.SummaryFile, record.EnvFile, record.ModelFile, record.KeptFile, record.CheckpointFile} {
		places = append(places, filepath.Join(id, f), filepath.Join(id, f+".tmp"))
	}
	for _, f := range []string{record.EvalFile, record.EvalFile + ".part", record.UpdatesFile, record.UpdatesFile + ".part", record.TraceFile, record.CheckpointFile + ".old"} {
		places = append(places, filepath.Join(id, f))
	}
	every := 4 * testspeed.Slower // of the combinations; all under make torture
	if os.Getenv(tortureEnv) != "" {
		every = 1
	}
	n := 0
	for _, finished := range []bool{false, true} {
		for _, place := range places {
			n++
			for k, kind := range kindsOfThings {
				if (k+n)%every != 0 {
					continue
				}
				name := kind.name + " at " + strings.ReplaceAll(place, id, "ID")
				if finished {
					name += " of a finished run"
				}
				t.Run(name, func(t *testing.T) { standsThere(t, file, calm, place, finished, want, kind.put) })
			}
		}
	}
}

func standsThere(t *testing.T, file, calm, place string, finished bool, want map[string]string, put func(place, other string) error) {
	dir := t.TempDir()
	out, other := filepath.Join(dir, "results"), filepath.Join(dir, "user", "file")
	users(t, other)
	if finished {
		if err := os.CopyFS(out, os.DirFS(calm)); err != nil {
			t.Fatal(err)
		}
	}
	at := filepath.Join(out, "exp", place)
	if err := os.MkdirAll(filepath.Dir(at), 0o777); err != nil {
		t.Fatal(err)
	}
	if place == files.LocksDir || !strings.Contains(place, string(filepath.Separator)) || finished {
		os.RemoveAll(at)
	}
	if err := put(at, other); err != nil {
		t.Skipf("this cannot be made here: %v", err)
	}
	placed, err := os.Lstat(at)
	if err != nil {
		t.Fatal(err)
	}
	status, said := session(file, "-out", out, "-keep")
	switch status {
	case Usage:
		if !strings.Contains(said, at) {
			t.Errorf("the place is not named: %s", said)
		}
		kept(t, at, other, placed)
	case Done:
		kept(t, at, other, nil)
		// it was in nobody's way
		if placed.Mode()&(fs.ModeDevice|fs.ModeNamedPipe|fs.ModeSymlink|fs.ModeDir) != 0 {
			kept(t, at, other, placed)
			break
		}
		got := records(t, out)
		if name := filepath.Join("exp", place); want[name] == "" {
			delete(got, name)
		}
		for name := range got {
			if strings.HasPrefix(name, filepath.Join("exp", place)+string(filepath.Separator)) && want[name] == "" {
				delete(got, name)
			}
		}
		compare(t, "as it was", got, want)
	default:
		t.Errorf("exit status %d: %s", status, said)
	}
	if err := os.RemoveAll(at); err != nil {
		t.Fatal(err)
	}
	if status, said := session(file, "-out", out, "-keep"); status != Done {
		t.Errorf("after it was moved away: exit status %d: %s", status, said)
	}
	compare(t, "in the end", records(t, out), want)
	kept(t, at, other, nil)
}

// predictProgram builds experiments/predict, and runs it.
func predictProgram(t *testing.T) func(args ...string) (status int, said string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "predict")
	if out, err := exec.Command("go", "build", "-o", program, "./predict").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return func(args ...string) (int, string) {
		c := exec.Command(program, args...)
		out, err := c.CombinedOutput()
		if c.ProcessState == nil {
			t.Fatal(err)
		}
		return c.ProcessState.ExitCode(), string(out)
	}
}

// A table that is asked for is written over nothing but a table of its kind: not over what is no
// file, not over an input, not over a record.
func TestExportOverWhateverStandsThere(t *testing.T) {
	file, out := experimentFile(t, everything)
	if status, said := session(file, "-out", out); status != Done {
		t.Fatal(said)
	}
	run := filepath.Dir(glob(t, filepath.Join(out, "exp", "*", record.SummaryFile))[0])
	predict := predictProgram(t)
	commands := map[string]func(to string) (int, string){
		"-export": func(to string) (int, string) { return session(file, "-out", out, "-export", to) },
		"-csv": func(to string) (int, string) {
			return predict(run, "-part", "train", "-csv", to)
		},
	}
	for flag, command := range commands {
		for _, kind := range kindsOfThings {
			t.Run(flag+" over a "+kind.name, func(t *testing.T) {
				dir := t.TempDir()
				at, other := filepath.Join(dir, "table.csv"), filepath.Join(dir, "user", "file")
				users(t, other)
				if err := kind.put(at, other); err != nil {
					t.Skipf("this cannot be made here: %v", err)
				}
				placed, err := os.Lstat(at)
				if err != nil {
					t.Fatal(err)
				}
				if status, said := command(at); status != Usage || !strings.Contains(said, flag+" "+at+": ") {
					t.Errorf("exit status %d: %s", status, said)
				}
				kept(t, at, other, placed)
				if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
					t.Errorf("left: %v, %v", entries, err)
				}
			})
		}
		before := filesOf(t, filepath.Dir(out))
		for name := range before {
			at := filepath.Join(filepath.Dir(out), name)
			if status, said := command(at); status != Usage || !strings.Contains(said, flag+" "+at+": ") {
				t.Errorf("%s over %s: exit status %d: %s", flag, name, status, said)
			}
		}
		compare(t, flag, filesOf(t, filepath.Dir(out)), before)

		// A new one, again, with what the umask leaves; one that was made private stays so.
		dir := t.TempDir()
		at := filepath.Join(dir, "table.csv")
		old := syscall.Umask(0o027)
		status, said := command(at)
		syscall.Umask(old)
		info, err := os.Stat(at)
		if status != Done || err != nil || info.Mode().Perm() != 0o640 {
			t.Fatalf("%s: exit status %d: %v, %v, %s", flag, status, info, err, said)
		}
		text := read(t, at)
		write(t, at, text[:len(text)/2])
		if err := os.Chmod(at, 0o600); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, ".table.csv.tmp"), "left by a session that was killed")
		status, said = command(at)
		info, err = os.Stat(at)
		if entries, _ := os.ReadDir(dir); status != Done || err != nil || info.Mode().Perm() != 0o600 || read(t, at) != text || len(entries) != 1 {
			t.Errorf("%s: exit status %d: %v, %v, %v, %s", flag, status, info, err, entries, said)
		}
	}
}

// A named pipe as an input would be waited for without end.
func TestInputsThatAreNoFiles(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Skipf("this cannot be made here: %v", err)
	}
	exp := filepath.Join(dir, "exp.toml")
	write(t, exp, strings.Replace(everything, `data = "digits"`, `data = "csv:pipe"`, 1))
	for _, args := range [][]string{{pipe}, {exp, "-out", filepath.Join(dir, "results")}} {
		if status, said := session(args...); status != Usage || !strings.Contains(said, pipe) || !strings.Contains(said, "is a named pipe") {
			t.Errorf("%v: exit status %d: %s", args, status, said)
		}
	}
	if status, said := predictProgram(t)(pipe); status != Usage || !strings.Contains(said, "is a named pipe") {
		t.Errorf("predict: exit status %d: %s", status, said)
	}
}
