package gallery

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"staleness/experiments"
	"staleness/internal/markdown"
	"staleness/plots"
)

//go:generate go test . -run PageIsCurrent -update-pages

var updatePages = flag.Bool("update-pages", false, "write docs/gallery.md anew")

const introduction = `# Gallery

Every kind of figure, each with a whole study that draws it, and what the named experiments draw. This page is written by ` + "`make generate`" + `, its pictures by ` + "`make figures`" + `. A study that stands here runs as it is: ` + "`go run ./experiments/run docs/gallery/convergence.toml`" + `. How kinds measure what they show: [figures.md](figures.md); all their keys: [configuration.md](configuration.md#figures).
`

// An experiment is a named one with the first of its figures.
type experiment struct {
	name, title  string
	file, figure string // which draws it, and its [[figure]]
	picture      string // name of the figure
}

// page is docs/gallery.md.
func page(t *testing.T) string {
	var b strings.Builder
	b.WriteString(introduction + "\n## Kinds of figures\n")
	explained := read(t, "../figures.md")
	for _, d := range plots.Kinds() {
		fmt.Fprintf(&b, "\n### %s\n\n%s.", d.Name, strings.ToUpper(d.Doc[:1])+strings.TrimSuffix(d.Doc[1:], "."))
		if strings.Contains(explained, "\n## "+d.Name+"\n") {
			fmt.Fprintf(&b, " How it is measured: [figures.md](figures.md#%s).", d.Name)
		}
		study, err := os.ReadFile(d.Name + ".toml")
		if err != nil {
			t.Errorf("the figure %s has no study in the gallery: %v", d.Name, err)
			continue
		}
		fmt.Fprintf(&b, "\n\n![%s](img/gallery/%s.svg)\n\n```toml\n%s```\n", d.Name, d.Name, study)
	}
	b.WriteString("\n## Named experiments\n")
	for _, e := range named(t) {
		fmt.Fprintf(&b, "\n### %s\n\n[%s](../experiments/%s/README.md), by `go run ./experiments/%s`. One of its figures, from [%s](../experiments/%s/%s):\n\n",
			e.name, e.title, e.name, e.name, e.file, e.name, e.file)
		fmt.Fprintf(&b, "![%s](img/experiments/%s.svg)\n\n```toml\n%s```\n", e.picture, e.name, e.figure)
	}
	return markdown.Fold(b.String())
}

// named are the experiments that carry their files: the folders with a main.go and TOML.
func named(t *testing.T) (all []experiment) {
	mains, err := filepath.Glob("../../experiments/*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mains {
		dir := filepath.Dir(m)
		files, err := filepath.Glob(filepath.Join(dir, "*.toml"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 0 {
			continue
		}
		e := experiment{name: filepath.Base(dir)}
		title, _, _ := strings.Cut(read(t, filepath.Join(dir, "README.md")), "\n")
		e.title = strings.TrimPrefix(title, "# ")
		for _, f := range files {
			_, figure, has := strings.Cut(read(t, f), "\n[[figure]]\n")
			if !has {
				continue
			}
			figure, _, _ = strings.Cut(figure+"\n[", "\n[")
			if name := regexp.MustCompile(`(?m)^name +=  *"([^"]*)"`).FindStringSubmatch(figure); name != nil {
				e.file, e.figure, e.picture = filepath.Base(f), "[[figure]]\n"+strings.TrimSpace(figure)+"\n", name[1]
				break
			}
		}
		if e.file == "" {
			t.Errorf("the experiment %s has no [[figure]] with a name", e.name)
			continue
		}
		all = append(all, e)
	}
	return all
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The page has every kind and every named experiment that there is.
func TestPageIsCurrent(t *testing.T) {
	want := page(t)
	was, err := os.ReadFile("../gallery.md")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if string(was) == want {
		return
	}
	if !*updatePages {
		t.Fatal("docs/gallery.md is out of date: make generate, and make figures for the pictures")
	}
	if err := os.WriteFile("../gallery.md", []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Every picture of the page is there, is one, and is small; and none lies there that is on no page.
func TestPictures(t *testing.T) {
	shown := map[string]bool{}
	for _, m := range regexp.MustCompile(`!\[[^]]*\]\(([^)]*)\)`).FindAllStringSubmatch(read(t, "../gallery.md"), -1) {
		shown[m[1]] = true
		text, err := os.ReadFile(filepath.Join("..", m[1]))
		if err != nil {
			t.Errorf("%v: make figures", err)
			continue
		}
		if len(text) > 150_000 {
			t.Errorf("%s has %d bytes", m[1], len(text))
		}
		d := xml.NewDecoder(strings.NewReader(string(text)))
		drawn := 0
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Errorf("%s: %v", m[1], err)
				break
			}
			if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "path" || e.Name.Local == "text") {
				drawn++
			}
		}
		if drawn < 10 {
			t.Errorf("%s shows nothing", m[1])
		}
	}
	if n := len(plots.Kinds()) + len(named(t)); len(shown) != n {
		t.Errorf("the page shows %d pictures, there are %d kinds and experiments", len(shown), n)
	}
	for _, dir := range []string{"gallery", "experiments"} {
		there, err := filepath.Glob("../img/" + dir + "/*")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range there {
			if f = filepath.ToSlash(strings.TrimPrefix(f, "../")); !shown[f] {
				t.Errorf("%s is on no page", f)
			}
		}
	}
}

// Each study is one that can be run, of its kind, and none is there of a kind that is not.
func TestStudies(t *testing.T) {
	var kinds []string
	for _, d := range plots.Kinds() {
		kinds = append(kinds, d.Name)
	}
	studies, err := filepath.Glob("*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range studies {
		kind := strings.TrimSuffix(f, ".toml")
		text := read(t, f)
		if !slices.Contains(kinds, kind) || !regexp.MustCompile(`(?m)^kind +=  *"`+kind+`"$`).MatchString(text) {
			t.Errorf("%s draws no figure of that kind", f)
		}
		if !strings.HasPrefix(text, "# ") {
			t.Errorf("%s does not begin by what it shows", f)
		}
		if _, err := experiments.Load([]experiments.File{{Name: f, Text: text}}, experiments.Options{Out: t.TempDir()}); err != nil {
			t.Error(err)
		}
	}
}
