package origin

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"staleness/internal/testspeed"
)

// fileNames are those of files.
func fileNames(files []*file) (out []string) {
	for _, f := range files {
		out = append(out, f.name)
	}
	return out
}

// Every way in which a file can have a part in a run.
func TestNeededSources(t *testing.T) {
	base := map[string]string{
		"sim/sim.go":            "package sim\nimport \"staleness/optimizers\"\nfunc Run(h *optimizers.Hub) {}\n",
		"optimizers/hub.go":     "package optimizers\ntype Hub struct{}\nfunc Register(name string, v any) { parts[name] = v }\nvar parts = map[string]any{}\nfunc def(n int) A { return A{n} }\n",
		"optimizers/a.go":       "package optimizers\ntype A struct{ N int }\nfunc init() { Register(\"a\", A{}) }\n",
		"optimizers/b.go":       "package optimizers\ntype B struct{}\nfunc init() { Register(\"b\", B{}) }\nfunc (B) step() { shared() }\nfunc onlyB() {}\n",
		"optimizers/shared.go":  "package optimizers\nfunc shared() {}\n",
		"optimizers/b_more.go":  "package optimizers\nfunc (b *B) more() { onlyB() }\n",
		"optimizers/lonely.go":  "package optimizers\nvar x = 1\nfunc lonely() {}\n",
		"optimizers/kernel.s":   "TEXT",
		"optimizers/b_test.go":  "package optimizers\nfunc lonely() {}\n",
		"nets/data/set.go":      "package data\ntype Set struct{}\nfunc lonely() {}\n",
		"optimizers/strange.go": "package optimizers\ntype Strange struct{}\nfunc (Strange) onlyB() {}\n",
	}
	for _, c := range []struct {
		name, file, text string
		parts            []string
		want             string // beside sim.go and kernel.s
	}{
		{"nothing but what is shared", "", "", nil, "optimizers/a.go optimizers/hub.go"},
		{"a part, its methods elsewhere, what these call", "", "", []string{"optimizers.B"}, "optimizers/a.go optimizers/b.go optimizers/b_more.go optimizers/hub.go optimizers/shared.go"},
		{"a part registered elsewhere", "optimizers/all.go", "package optimizers\nfunc init() { Register(\"strange\", Strange{}) }\nfunc no() {}\n", []string{"optimizers.Strange"},
			"optimizers/a.go optimizers/all.go optimizers/hub.go optimizers/strange.go"},
		{"a part in the defaults of another", "optimizers/all.go", "package optimizers\ntype All struct{ of any }\nfunc init() { Register(\"all\", All{Strange{}}) }\n", []string{"optimizers.Strange"},
			"optimizers/a.go optimizers/hub.go optimizers/strange.go"},
		{"a part whose type its registration does not show", "optimizers/all.go", "package optimizers\nfunc made() any { return Strange{} }\nfunc init() { Register(\"strange\", made()) }\n", nil,
			"optimizers/a.go optimizers/all.go optimizers/hub.go optimizers/strange.go"},
		{"a part in a variable", "optimizers/all.go", "package optimizers\ntype All struct{}\nvar made = any(nil)\nfunc init() { Register(\"strange\", made, All{}) }\n", nil, "optimizers/a.go optimizers/all.go optimizers/hub.go"},
		{"another package's name", "sim/sim.go", "package sim\nimport opt \"staleness/optimizers\"\nvar _ = opt.B{}\n", nil, "optimizers/a.go optimizers/b.go optimizers/b_more.go optimizers/hub.go optimizers/shared.go"},
		{"a type argument", "sim/sim.go", "package sim\nimport opt \"staleness/optimizers\"\nfunc f() { g[opt.Strange]() }\n", nil, "optimizers/strange.go"},
		{"a local name in the way", "sim/sim.go", "package sim\nimport \"staleness/optimizers\"\nfunc f(optimizers struct{ lonely int }) { _ = optimizers.lonely }\n", nil, "optimizers/lonely.go"},
		{"a field's name alone", "sim/sim.go", "package sim\nimport \"staleness/optimizers\"\nfunc f(h *optimizers.Hub) { h.x.lonely.B() }\n", nil, "optimizers/a.go optimizers/hub.go"},
		{"the same name in another package", "sim/sim.go", "package sim\nimport \"staleness/nets/data\"\nvar _ data.Set\nfunc B() { B() }\n", nil, "nets/data/set.go"},
		{"an initializer that does more", "optimizers/strange.go", "package optimizers\nfunc init() { parts = nil }\n", nil, "optimizers/a.go optimizers/hub.go optimizers/strange.go"},
		{"a call on the way to Register", "optimizers/strange.go", "package optimizers\nfunc init() { Register(\"s\", change()) }\nfunc change() int { parts = nil; return 1 }\n", nil, "optimizers/a.go optimizers/hub.go optimizers/strange.go"},
		{"a plain function on the way to Register", "optimizers/strange.go", "package optimizers\ntype S struct{ a A }\nfunc init() { Register(\"s\", S{a: def(3)}, made) }\nfunc made() {}\n", nil, "optimizers/a.go optimizers/hub.go"},
		{"a variable that is computed", "optimizers/strange.go", "package optimizers\nvar y = change()\nfunc change() int { return f() }\n", nil, "optimizers/a.go optimizers/hub.go optimizers/strange.go"},
		{"a variable that is a function", "optimizers/strange.go", "package optimizers\nvar y = func() int { return change() }\n", nil, "optimizers/a.go optimizers/hub.go"},
		{"a type that is checked", "optimizers/strange.go", "package optimizers\ntype S[F any] struct{}\nvar _ any = (*S[int])(nil)\n", nil, "optimizers/a.go optimizers/hub.go"},
		{"a call through a pointer", "optimizers/strange.go", "package optimizers\nvar p *func(any) int\nvar y = (*p)(nil)\n", nil, "optimizers/a.go optimizers/hub.go optimizers/strange.go"},
		{"a function that is called at once", "optimizers/strange.go", "package optimizers\nvar y = func() int { return 1 }()\n", nil, "optimizers/a.go optimizers/hub.go optimizers/strange.go"},
		{"linked by name", "optimizers/strange.go", "package optimizers\n\n//go:linkname f runtime.f\nfunc f()\n", nil, "optimizers/a.go optimizers/hub.go optimizers/strange.go"},
		{"somebody's own package", "own 0/mine.go", "package mine\nimport \"staleness/optimizers\"\nvar _ optimizers.Strange\n", nil, "optimizers/a.go optimizers/hub.go optimizers/strange.go own 0/mine.go"},
	} {
		packages := map[string]fs.FS{}
		put := func(file, text string) {
			pkg := file[:strings.LastIndexByte(file, '/')]
			if packages[pkg] == nil {
				packages[pkg] = fstest.MapFS{}
			}
			packages[pkg].(fstest.MapFS)[filepath.Base(file)] = &fstest.MapFile{Data: []byte(text)}
		}
		for file, text := range base {
			put(file, text)
		}
		if c.file != "" {
			put(c.file, c.text)
		}
		g, err := readGraph(packages)
		if err != nil {
			t.Fatal(c.name, err)
		}
		got := slices.DeleteFunc(fileNames(g.needed(c.parts)), func(n string) bool { return n == "sim/sim.go" || n == "optimizers/kernel.s" })
		want := strings.Fields(strings.ReplaceAll(c.want, "own 0", "own_0"))
		for i := range want {
			want[i] = strings.ReplaceAll(want[i], "own_0", "own 0")
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\nneeds %v\nwant  %v", c.name, got, want)
		}
	}
	for _, bad := range []string{"package sim\nimport . \"staleness/optimizers\"\n", "package sim\nfunc {"} {
		if _, err := readGraph(map[string]fs.FS{"sim": fstest.MapFS{"sim.go": &fstest.MapFile{Data: []byte(bad)}}}); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

// What the type checker says that a file uses of another, the graph says too; a method belongs to
// its type.
func TestSourcesAgreeWithTypes(t *testing.T) {
	if testing.Short() || testspeed.Slower > 1 {
		t.Skip("type-checks three packages and all that they import, in which the race detector finds nothing")
	}
	g, err := thisProgram()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*file{}
	for _, f := range g.files {
		files[f.name] = f
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "source", nil)
	uses := 0
	for _, pkg := range partPackages {
		var asts []*ast.File
		for _, f := range g.files {
			if f.pkg != pkg || filepath.Ext(f.name) != ".go" {
				continue
			}
			a, err := parser.ParseFile(fset, filepath.Join("..", "..", "..", filepath.FromSlash(f.name)), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			asts = append(asts, a)
		}
		info := types.Info{Uses: map[*ast.Ident]types.Object{}}
		if _, err := (&types.Config{Importer: imports}).Check(modulePath+pkg, fset, asts, &info); err != nil {
			t.Fatal(err)
		}
		for id, o := range info.Uses {
			if o.Pkg() == nil || o.Parent() != o.Pkg().Scope() {
				continue // a local name, a field or a method
			}
			in, ok := strings.CutPrefix(o.Pkg().Path(), modulePath)
			if !ok || !g.packages[in] {
				continue
			}
			user := files[pkg+"/"+filepath.Base(fset.Position(id.Pos()).Filename)]
			declarer := files[in+"/"+filepath.Base(fset.Position(o.Pos()).Filename)]
			name := in + "." + o.Name()
			if user == nil || declarer == nil || !slices.Contains(user.mentions, name) || !slices.Contains(g.declaring[name], declarer) {
				t.Errorf("%v: uses %s of %v, which the graph does not know", fset.Position(id.Pos()), name, fset.Position(o.Pos()))
			}
			uses++
		}
	}
	if uses < 1000 {
		t.Errorf("only %d uses were looked at", uses)
	}
}

// The runner itself uses only what every run is made of: its own text is not among the sources of a
// run.
func TestRunnerUsesWhatEveryRunIsMadeOf(t *testing.T) {
	g, err := thisProgram()
	if err != nil {
		t.Fatal(err)
	}
	all := g.needed(nil)
	var found []string
	for _, pattern := range []string{"../../*.go", "../*/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, names...)
	}
	looked := 0
	for _, name := range found {
		if !IsSource(name) {
			continue
		}
		text, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		f := file{name: name, pkg: "experiments", text: text}
		if err := f.read(nil); err != nil {
			t.Fatal(err)
		}
		for _, n := range f.mentions {
			for _, d := range g.declaring[n] {
				if looked++; !slices.Contains(all, d) && !strings.HasSuffix(n, ".Sources") {
					t.Errorf("%s mentions %s, of %s, which is no part of every run", name, n, d.name)
				}
			}
		}
	}
	if looked < 20 {
		t.Errorf("only %d names were looked at", looked)
	}
}

// No method is a part of the runs of another that it does not build on, and each of its own.
func TestMethodsAreApart(t *testing.T) {
	g, err := thisProgram()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		part     string
		with, no []string
	}{
		{"optimizers.AGN", []string{"optimizers/agn.go", "optimizers/hub/hub.go", "optimizers/rules.go"},
			[]string{"optimizers/asgd.go", "optimizers/easgd.go", "optimizers/part_elastic.go", "optimizers/downpour.go", "optimizers/dynsgd.go"}},
		{"optimizers.EASGD", []string{"optimizers/easgd.go", "optimizers/part_elastic.go", "optimizers/hub/hub.go"},
			[]string{"optimizers/asgd.go", "optimizers/agn.go", "optimizers/fedbuff.go", "optimizers/dana.go"}},
		{"optimizers.ASGD", []string{"optimizers/asgd.go", "optimizers/hub/hub.go"},
			[]string{"optimizers/agn.go", "optimizers/easgd.go", "optimizers/fedbuff.go", "optimizers/dana.go"}},
	} {
		files := fileNames(g.needed([]string{c.part}))
		for _, f := range c.with {
			if !slices.Contains(files, f) {
				t.Errorf("%s is not made of %s", c.part, f)
			}
		}
		for _, f := range c.no {
			if slices.Contains(files, f) {
				t.Errorf("%s is made of %s", c.part, f)
			}
		}
	}
}
