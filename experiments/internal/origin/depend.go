package origin

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"

	"staleness/experiments/internal/prose"
)

// What a run is made of: of all files that make the build, those whose code can run in it. The
// rest, such as the files of other methods, can be edited and the run stays what it is.
//
// The files are found from their text, by names, never too few. A function runs only if something
// that runs mentions it; a method only if there is a value of its type, and whatever makes one
// mentions the type, or a function or variable of the file that does. Names that decoding turns
// into values are those of the parts that the configuration of the run holds. So a file is needed
// if
//
//   - it is not in a package of parts, or does more at the start of the program than register
//     parts;
//   - it declares, outside methods, a name that a needed file mentions: plainly in its own package,
//     by the name of the import in another;
//   - it declares methods of a type that a needed file declares;
//   - it declares or registers a part that the configuration holds.
//
// A name that means something else where it is mentioned, a local variable say, costs a needless
// file and does no harm.

// modulePath is what the import paths of this module begin with.
var modulePath = strings.TrimSuffix(reflect.TypeFor[file]().PkgPath(), "experiments/internal/origin")

// partPackages hold parts: most of their files are about one each.
var partPackages = []string{"nets", "nets/data", "optimizers"}

// A file is one file of the build, and what its text says. Names are written "optimizers.AGN".
type file struct {
	name, pkg string // "optimizers/agn.go", "optimizers"
	text      *ast.File
	sum       [sha256.Size]byte
	always    bool     // whatever the run
	declares  []string // outside methods
	receivers []string // types whose methods it declares
	mentions  []string
	registers []string // types of parts
}

// A graph is the files of the build and who declares what.
type graph struct {
	files                            []*file
	declaring, receiving, registring map[string][]*file
	packages                         map[string]bool

	mu    sync.Mutex
	known map[string]string // hashes by parts
}

// thisProgram are the files of this program, read when first asked for.
var thisProgram = sync.OnceValues(func() (*graph, error) {
	packages := map[string]fs.FS{}
	for _, p := range sourcePackages {
		packages[p.name] = p.fs
	}
	for i, extra := range own {
		packages[fmt.Sprintf("own %d", i)] = extra
	}
	return readGraph(packages)
})

// readGraph reads packages by their path below the module's.
func readGraph(packages map[string]fs.FS) (*graph, error) {
	g := &graph{declaring: map[string][]*file{}, receiving: map[string][]*file{}, registring: map[string][]*file{}, packages: map[string]bool{}, known: map[string]string{}}
	for _, pkg := range prose.SortedKeys(packages) {
		g.packages[pkg] = true
		err := fs.WalkDir(packages[pkg], ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !IsSource(name) {
				return err
			}
			text, err := fs.ReadFile(packages[pkg], name)
			if err != nil {
				return err
			}
			f := &file{name: path.Join(pkg, name), pkg: pkg, sum: sha256.Sum256(text), always: !slices.Contains(partPackages, pkg) || path.Ext(name) != ".go"}
			g.files = append(g.files, f)
			if path.Ext(name) == ".go" {
				f.text, err = parser.ParseFile(token.NewFileSet(), f.name, text, parser.SkipObjectResolution|parser.ParseComments)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	known := functionsOf(g.files)
	for _, f := range g.files {
		if f.text == nil {
			continue
		}
		if err := f.read(known); err != nil {
			return nil, err
		}
		f.text = nil
	}
	for _, f := range g.files {
		for _, n := range f.declares {
			g.declaring[n] = append(g.declaring[n], f)
		}
		for _, n := range f.receivers {
			g.receiving[n] = append(g.receiving[n], f)
		}
		for _, n := range f.registers {
			g.registring[n] = append(g.registring[n], f)
		}
	}
	return g, nil
}

// needed are the files of a run with such parts.
func (g *graph) needed(parts []string) []*file {
	need := map[*file]bool{}
	var todo []*file
	add := func(fs []*file) {
		for _, f := range fs {
			if !need[f] {
				need[f] = true
				todo = append(todo, f)
			}
		}
	}
	for _, f := range g.files {
		if f.always {
			add([]*file{f})
		}
	}
	for _, p := range parts {
		add(g.declaring[p])
		add(g.registring[p])
	}
	for len(todo) > 0 {
		f := todo[0]
		todo = todo[1:]
		for _, n := range f.mentions {
			add(g.declaring[n])
		}
		for _, n := range f.declares {
			add(g.receiving[n])
		}
	}
	return slices.DeleteFunc(slices.Clone(g.files), func(f *file) bool { return !need[f] })
}

// hash identifies the files of a run with such parts.
func (g *graph) hash(parts []string) string {
	key := strings.Join(parts, " ")
	g.mu.Lock()
	defer g.mu.Unlock()
	if h, ok := g.known[key]; ok {
		return h
	}
	h := sha256.New()
	for _, f := range g.needed(parts) {
		h.Write([]byte(f.name + "\x00"))
		h.Write(f.sum[:])
	}
	g.known[key] = hex.EncodeToString(h.Sum(nil)[:8])
	return g.known[key]
}
