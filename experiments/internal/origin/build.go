// Package origin tells which sources a run is made of: the build as a whole, and those of its files
// whose code can run with the parts that a configuration names. Whatever else is edited leaves a
// record as it is.
package origin

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"strings"
	"sync"

	"staleness/internal/stream"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/sim"
	"staleness/sim/delay"
)

// Build identifies the sources that can change a result: 16 hex digits of a hash over the packages
// nets, optimizers and sim and what they stand on, without tests. It is the same for every machine
// that the program is built for.
var Build = sync.OnceValue(build)

func build() string {
	h := sha256.New()
	for _, p := range sourcePackages {
		addSources(h, p.name, p.fs)
	}
	for _, extra := range own {
		addSources(h, "own", extra)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// sourcePackages are the packages whose text makes the build.
var sourcePackages = []struct {
	name string
	fs   embed.FS
}{
	{"internal/stream", stream.Sources}, {"nets", nets.Sources}, {"nets/data", data.Sources}, {"nets/vec", vec.Sources},
	{"optimizers", optimizers.Sources}, {"optimizers/hub", hub.Sources}, {"sim", sim.Sources}, {"sim/delay", delay.Sources},
}

var own []fs.FS

// AddSources makes the text of packages outside this module, such as a method of one's own, part of
// the build: editing it then computes runs anew. Call it before the first run.
func AddSources(sources fs.FS) { own = append(own, sources) }

// addSources hashes the files of a package, in the order of their names. An embedded file system
// cannot fail to be read.
func addSources(h interface{ Write([]byte) (int, error) }, name string, sources fs.FS) {
	fs.WalkDir(sources, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !IsSource(file) {
			return err
		}
		b, err := fs.ReadFile(sources, file)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		h.Write([]byte(name + "/" + file + "\x00"))
		h.Write(sum[:])
		return nil
	})
}

// IsSource says whether a file is part of the program.
func IsSource(file string) bool {
	ext := path.Ext(file)
	return !strings.HasSuffix(file, "_test.go") && (ext == ".go" || ext == ".s")
}
