package optimizers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// optionalMethod is a method by which each optional interface of halves and local optimizers is
// known.
var optionalMethod = map[string]string{
	"Borrow": "Borrower", "Move": "Mover", "Horizon": "Planner", "Variable": "Holder", "SetClock": "Clocked", "Uniform": "Uniform",
	"ApplyTo": "Versioner", "Linear": "Linear", "Recall": "Recaller", "Portion": "Dispatcher", "Age": "Ager", "StepTo": "Outward",
	"Leave": "Roster", "Breaks": "Breaker",
}

// unasserted finds the types that have such a method while no declaration var _ Interface =
// (*type)(nil) has the compiler see to the rest. What a type embeds is checked there or, if it is
// no half by itself, in one that embeds it.
func unasserted(files []*ast.File) (missing []string) {
	has, asserted, embedders := map[[2]string]bool{}, map[[2]string]bool{}, map[string][]string{}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if i := optionalMethod[n.Name.Name]; i != "" && n.Recv != nil {
					has[[2]string{typeName(n.Recv.List[0].Type), i}] = true
				}
				return false
			case *ast.TypeSpec:
				if s, ok := n.Type.(*ast.StructType); ok {
					for _, field := range s.Fields.List {
						if part := typeName(field.Type); field.Names == nil && part != "" {
							embedders[part] = append(embedders[part], n.Name.Name)
						}
					}
				}
			case *ast.ValueSpec:
				if len(n.Values) == 1 && n.Names[0].Name == "_" {
					if call, ok := n.Values[0].(*ast.CallExpr); ok {
						asserted[[2]string{typeName(call.Fun), typeName(n.Type)}] = true
					}
				}
			}
			return true
		})
	}
	var seen func(t, i string) bool
	seen = func(t, i string) bool {
		return asserted[[2]string{t, i}] || slices.ContainsFunc(embedders[t], func(e string) bool { return seen(e, i) })
	}
	for h := range has {
		if !seen(h[0], h[1]) {
			missing = append(missing, h[0]+" has the method of "+h[1])
		}
	}
	slices.Sort(missing)
	return missing
}

// typeName is T of T, *T, (*T) and T[...].
func typeName(x ast.Expr) string {
	for {
		switch y := x.(type) {
		case *ast.StarExpr:
			x = y.X
		case *ast.ParenExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		case *ast.Ident:
			return y.Name
		default:
			return ""
		}
	}
}

// A slip in the signature of an optional interface makes a method slower, in silence, where nothing
// has the compiler look.
func TestOptionalInterfacesAreAsserted(t *testing.T) {
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), ".go") || strings.HasSuffix(n.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), n.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	for _, m := range unasserted(files) {
		t.Errorf("%s, and no declaration var _ ... = (*...)(nil) says so", m)
	}
	slip, err := parser.ParseFile(token.NewFileSet(), "", "package p\ntype a[F any] struct{ b }\ntype b struct{}\nfunc (*b) Horizon() int\nfunc (a[F]) Age(int) int\nvar _ Planner = (*a[int])(nil)\n", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := unasserted([]*ast.File{slip}); !slices.Equal(got, []string{"a has the method of Ager"}) {
		t.Errorf("of two methods, one of them not asserted, it finds %v", got)
	}
}
