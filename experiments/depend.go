package experiments

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
)

// What a run is made of: of all files that make the build, those whose code can run in it. The rest, such as the files of other
// methods, can be edited and the run stays what it is.
//
// The files are found from their text, by names, never too few. A function runs only if something that runs mentions it; a method
// only if there is a value of its type, and whatever makes one mentions the type, or a function or variable of the file that does.
// Names that decoding turns into values are those of the parts that the configuration of the run holds. So a file is needed if
//
//   - it is not in a package of parts, or does more at the start of the program than register parts;
//   - it declares, outside methods, a name that a needed file mentions: plainly in its own package, by the name of the import in another;
//   - it declares methods of a type that a needed file declares;
//   - it declares or registers a part that the configuration holds.
//
// A name that means something else where it is mentioned, a local variable say, costs a needless file and does no harm.

// modulePath is what the import paths of this module begin with.
var modulePath = strings.TrimSuffix(reflect.TypeFor[Run]().PkgPath(), "experiments")

// partPackages hold parts: most of their files are about one each.
var partPackages = []string{"nets", "nets/data", "optimizers"}

// A sourceFile is one file of the build, and what its text says. Names are written "optimizers.AGN".
type sourceFile struct {
	name, pkg string // "optimizers/agn.go", "optimizers"
	text      *ast.File
	sum       [sha256.Size]byte
	always    bool     // whatever the run
	declares  []string // outside methods
	receivers []string // types whose methods it declares
	mentions  []string
	registers []string // types of parts
}

// A sourceGraph is the files of the build and who declares what.
type sourceGraph struct {
	files                            []*sourceFile
	declaring, receiving, registring map[string][]*sourceFile
	packages                         map[string]bool

	mu    sync.Mutex
	known map[string]string // hashes by parts
}

// theSources are the files of this program, read when first asked for.
var theSources = sync.OnceValues(func() (*sourceGraph, error) {
	packages := map[string]fs.FS{}
	for _, p := range sourcePackages {
		packages[p.name] = p.fs
	}
	for i, extra := range own {
		packages[fmt.Sprintf("own %d", i)] = extra
	}
	return readSources(packages)
})

// readSources reads packages by their path below the module's.
func readSources(packages map[string]fs.FS) (*sourceGraph, error) {
	g := &sourceGraph{declaring: map[string][]*sourceFile{}, receiving: map[string][]*sourceFile{}, registring: map[string][]*sourceFile{}, packages: map[string]bool{}, known: map[string]string{}}
	for _, pkg := range sortedKeys(packages) {
		g.packages[pkg] = true
		err := fs.WalkDir(packages[pkg], ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !isSource(name) {
				return err
			}
			text, err := fs.ReadFile(packages[pkg], name)
			if err != nil {
				return err
			}
			f := &sourceFile{name: path.Join(pkg, name), pkg: pkg, sum: sha256.Sum256(text), always: !slices.Contains(partPackages, pkg) || path.Ext(name) != ".go"}
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

// functions are those of all packages by name, and their types, since a conversion looks like a call; plain are those that return an
// expression in which nothing is called, and conversions.
type functions map[string]struct{ plain bool }

func functionsOf(files []*sourceFile) functions {
	all := functions{}
	for _, f := range files {
		if f.text == nil {
			continue
		}
		for _, d := range f.text.Decls {
			if d, ok := d.(*ast.GenDecl); ok {
				for _, s := range d.Specs {
					if t, ok := s.(*ast.TypeSpec); ok {
						all[f.pkg+"."+t.Name.Name] = struct{ plain bool }{true}
					}
				}
			}
			d, ok := d.(*ast.FuncDecl)
			if !ok || d.Recv != nil {
				continue
			}
			plain := false
			if d.Body != nil && len(d.Body.List) == 1 {
				r, ok := d.Body.List[0].(*ast.ReturnStmt)
				plain = ok && !slices.ContainsFunc(r.Results, func(x ast.Expr) bool { return calls(x, f.pkg, nil) })
			}
			name := f.pkg + "." + d.Name.Name
			if other, twice := all[name]; twice { // for other machines
				plain = plain && other.plain
			}
			all[name] = struct{ plain bool }{plain}
		}
	}
	return all
}

// read takes a file apart.
func (f *sourceFile) read(known functions) error {
	file, pkg := f.text, f.pkg
	imports := map[string]string{} // by local name
	for _, i := range file.Imports {
		at, ok := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), modulePath)
		if !ok {
			continue
		}
		name := path.Base(at)
		if i.Name != nil {
			name = i.Name.Name
		}
		if name == "." {
			return fmt.Errorf("%s: what it mentions of %s cannot be told", f.name, at)
		}
		imports[name] = at
	}
	for _, c := range file.Comments {
		for _, line := range c.List {
			f.always = f.always || strings.HasPrefix(line.Text, "//go:linkname")
		}
	}
	mentioned := func(n ast.Node) (names []string) {
		var see func(n ast.Node) bool
		see = func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr: // of an import, or a field or method of something that is mentioned itself
				if x, ok := n.X.(*ast.Ident); ok && imports[x.Name] != "" {
					names = append(names, imports[x.Name]+"."+n.Sel.Name)
				}
				ast.Inspect(n.X, see)
				return false
			case *ast.FuncDecl: // whose own name is no mention
				if n.Recv != nil {
					ast.Inspect(n.Recv, see)
				}
				ast.Inspect(n.Type, see)
				if n.Body != nil {
					ast.Inspect(n.Body, see)
				}
				return false
			case *ast.Ident:
				if n.Name != "_" { // which names nothing
					names = append(names, pkg+"."+n.Name)
				}
			}
			return true
		}
		ast.Inspect(n, see)
		return names
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			switch {
			case d.Recv != nil:
				f.receivers = append(f.receivers, pkg+"."+baseName(d.Recv.List[0].Type))
			case d.Name.Name == "init":
				for _, s := range d.Body.List {
					part := registered(s, pkg, known)
					f.registers = append(f.registers, part)
					f.always = f.always || part == ""
				}
			default:
				f.declares = append(f.declares, pkg+"."+d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					f.declares = append(f.declares, pkg+"."+s.Name.Name)
				case *ast.ValueSpec:
					for _, n := range s.Names {
						f.declares = append(f.declares, pkg+"."+n.Name)
					}
					for _, v := range s.Values {
						f.always = f.always || calls(v, pkg, known)
					}
				}
			}
		}
	}
	f.mentions = mentioned(file)
	return nil
}

// baseName is T of *T, (*T) and T[...]; "" if there is no such name.
func baseName(x ast.Expr) string {
	for {
		switch y := x.(type) {
		case *ast.StarExpr:
			x = y.X
		case *ast.ParenExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		case *ast.IndexListExpr:
			x = y.X
		case *ast.Ident:
			return y.Name
		default:
			return ""
		}
	}
}

// registered is the type of the part that a plain statement Register(...), RegisterRule(...) and so on registers: among words and functions
// there is one literal of a struct, its defaults, and nothing else is called on the way. "": the statement is no such. What is called so notes a
// part and does no more; the file that declares it is needed whatever the run.
func registered(s ast.Stmt, pkg string, known functions) (part string) {
	x, ok := s.(*ast.ExprStmt)
	if !ok {
		return ""
	}
	call, ok := x.X.(*ast.CallExpr)
	if !ok {
		return ""
	}
	if name, ok := call.Fun.(*ast.Ident); !ok || !strings.HasPrefix(name.Name, "Register") {
		return ""
	}
	for _, arg := range call.Args {
		if calls(arg, pkg, known) {
			return ""
		}
		if i, ok := arg.(*ast.IndexExpr); ok {
			arg = i.X // newAGN[float32]
		}
		switch arg := arg.(type) {
		case *ast.BasicLit:
		case *ast.Ident:
			if _, ok := known[pkg+"."+arg.Name]; !ok {
				return "" // a variable, of who knows what type
			}
		case *ast.CompositeLit:
			name, ok := arg.Type.(*ast.Ident)
			if !ok || part != "" {
				return ""
			}
			part = pkg + "." + name.Name
		default:
			return ""
		}
	}
	return part
}

// calls says whether more is called, or received, when an expression is evaluated, than plain functions of the package.
func calls(x ast.Expr, pkg string, known functions) (yes bool) {
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			yes = yes || !known[pkg+"."+baseName(n.Fun)].plain
		case *ast.UnaryExpr:
			yes = yes || n.Op == token.ARROW
		}
		return !yes
	})
	return yes
}

// needed are the files of a run with such parts.
func (g *sourceGraph) needed(parts []string) []*sourceFile {
	need := map[*sourceFile]bool{}
	var todo []*sourceFile
	add := func(fs []*sourceFile) {
		for _, f := range fs {
			if !need[f] {
				need[f] = true
				todo = append(todo, f)
			}
		}
	}
	for _, f := range g.files {
		if f.always {
			add([]*sourceFile{f})
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
	return slices.DeleteFunc(slices.Clone(g.files), func(f *sourceFile) bool { return !need[f] })
}

// hash identifies the files of a run with such parts.
func (g *sourceGraph) hash(parts []string) string {
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
