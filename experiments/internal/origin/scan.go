package origin

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
)

// functions are those of all packages by name, and their types, since a conversion looks like a
// call; plain are those that return an expression in which nothing is called, and conversions.
type functions map[string]struct{ plain bool }

func functionsOf(files []*file) functions {
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
func (f *file) read(known functions) error {
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
	f.mentions = mentioned(file, pkg, imports)
	return nil
}

// mentioned are the names that a file of a package mentions, with those of its imports, which are
// given by their local names.
func mentioned(file *ast.File, pkg string, imports map[string]string) (names []string) {
	var see func(n ast.Node) bool
	see = func(n ast.Node) bool {
		switch n := n.(type) {
		// of an import, or a field or method of something that is mentioned itself
		case *ast.SelectorExpr:
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
	ast.Inspect(file, see)
	return names
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

// registered is the type of the part that a plain statement Register(...), RegisterRule(...) and so
// on registers: among words and functions there is one literal of a struct, its defaults, and
// nothing else is called on the way. "": the statement is no such. What is called so notes a part
// and does no more; the file that declares it is needed whatever the run.
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

// calls says whether more is called, or received, when an expression is evaluated, than plain
// functions of the package.
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
