package page

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"staleness/internal/files"
	"staleness/plots/internal/draw"
)

// A figure of the page.
type figure struct {
	Name, Anchor string
	SVG          template.HTML
	Caption      []string // paragraphs
	Links        []link   // the same in other files
	Note         string   // what is to be known of it; may be empty
}

type link struct{ Text, URL string }

// draw reads the figures and the tables.
func (p *Page) draw(v *view) {
	for i, d := range p.Drawn {
		note := ""
		if p.Of != "" && d.Of != p.Of {
			note = "Drawn earlier, of " + count(d.Runs, "run") + " that are not quite those of this page."
		}
		if d.Kind == "table" {
			if d.Table != nil {
				v.Tables = append(v.Tables, named{d.Name, note, d.Table})
			}
			continue
		}
		f := figure{Name: d.Name, Anchor: "figure-" + strconv.Itoa(i+1), Note: note}
		text, err := files.Read(filepath.Join(p.Dir, d.Name+".svg"))
		if err == nil {
			f.SVG, err = inline(text, fmt.Sprintf("f%d-", i+1), d.Name)
		}
		if errors.Is(err, fs.ErrNotExist) {
			f.Note = strings.TrimSpace(note + " It was drawn, but " + d.Name + ".svg is gone.")
		} else if err != nil {
			f.Note = strings.TrimSpace(note + " It cannot be shown: " + err.Error() + ".")
		}
		if text, err := files.Read(filepath.Join(p.Dir, d.Name+".txt")); err == nil {
			f.Caption = paragraphs(string(text))
		}
		for _, ext := range []string{"pdf", "png", "svg", "csv", "py"} {
			if _, err := os.Stat(filepath.Join(p.Dir, d.Name+"."+ext)); err == nil {
				f.Links = append(f.Links, link{strings.ToUpper(ext), p.link(filepath.Join(p.Dir, d.Name+"."+ext))})
			}
		}
		v.Figures = append(v.Figures, f)
	}
}

// compared are the comparisons with other experiments in the folder.
func (p *Page) compared() (out []link) {
	entries, _ := os.ReadDir(p.Dir)
	for _, e := range entries {
		if name, ok := strings.CutPrefix(e.Name(), "against-"); ok && strings.HasSuffix(name, ".html") {
			out = append(out, link{"against " + draw.Legible(strings.TrimSuffix(name, ".html")), p.link(filepath.Join(p.Dir, e.Name()))})
		}
	}
	return out
}

// paragraphs are the lines of a caption.
func paragraphs(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(draw.Legible(line)); line != "" {
			out = append(out, line)
		}
	}
	return out
}

var (
	idAttribute = regexp.MustCompile(`(\s)id="([^"]*)"`)
	idReference = regexp.MustCompile(`(url\(#|href="#)`)
)

// inline makes a file of a figure a part of the page: its ids are made unique by a prefix, and what
// is no picture is not let in.
func inline(text []byte, prefix, name string) (template.HTML, error) {
	if err := picture(text); err != nil {
		return "", err
	}
	_, body, ok := strings.Cut(string(text), "<svg ")
	if !ok {
		return "", errors.New("it is no SVG")
	}
	body = idAttribute.ReplaceAllString(body, `${1}id="`+prefix+`${2}"`)
	body = idReference.ReplaceAllString(body, "${1}"+prefix)
	return template.HTML(`<svg role="img" aria-label="` + template.HTMLEscapeString(name) + `" ` + size(body) + body), nil
}

// A figure is set for paper: on a page it is larger, and on a narrow one not so small that nobody
// can read it, but wider than its frame.
const (
	enlarged = 1.6
	reduced  = 0.8
)

var widthAttribute = regexp.MustCompile(`^[^>]*?\bwidth="([0-9.]+)pt"`)

// size is the width of a picture on the page.
func size(svg string) string {
	m := widthAttribute.FindStringSubmatch(svg)
	if m == nil {
		return ""
	}
	pt, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return ""
	}
	px := pt * 96 / 72
	return fmt.Sprintf(`style="width:%.0fpx;min-width:%.0fpx" `, px*enlarged, px*reduced)
}

// foreign are elements that have no place in a picture.
var foreign = []string{"script", "foreignObject", "iframe", "style", "animate", "set"}

// picture is the error if a text is no well-formed picture.
func picture(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	n := 0
	for {
		t, err := d.Token()
		if err == io.EOF {
			if n == 0 {
				return errors.New("it is empty")
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("it is no XML: %w", err)
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if n++; n == 1 && e.Name.Local != "svg" {
			return fmt.Errorf("it is no SVG but %s", e.Name.Local)
		}
		if slices.Contains(foreign, e.Name.Local) {
			return fmt.Errorf("it holds <%s>, which no figure here does", e.Name.Local)
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Name.Local, "on") {
				return fmt.Errorf("it holds %s=, which no figure here does", a.Name.Local)
			}
		}
	}
}
