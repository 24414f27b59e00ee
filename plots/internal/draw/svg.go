package draw

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg/vgsvg"
)

// SVG draws on gonum/plot's SVG canvas. What that does not write is put in afterwards: fonts to
// fall back on, round line joins, what the picture is about, a white page. The XML declaration
// goes, which an SVG within an HTML page must not have.
func (d *Drawing) SVG(ctx context.Context) ([]byte, error) {
	c := vgsvg.New(d.Width, d.Height)
	if err := d.On(ctx, c); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, err
	}
	_, tag, ok := strings.Cut(b.String(), "<svg ")
	head, body, found := strings.Cut(tag, ">\n")
	if !ok || !found {
		return nil, fmt.Errorf("vgsvg wrote no <svg>: %.80q", b.String())
	}
	for _, v := range []font.Variant{"Sans", "Serif", "Mono"} {
		// In the text of a label a quote is written otherwise, so it cannot be taken for an
		// attribute.
		const attribute = `style="font-family:`
		body = strings.ReplaceAll(body, attribute+"Liberation "+string(v)+";", attribute+families(v)+";")
	}
	// vgsvg calls its PNGs JPEGs, which not every viewer forgives.
	body = strings.ReplaceAll(body, `xlink:href="data:image/jpg;`, `xlink:href="data:image/png;`)
	var out bytes.Buffer
	fmt.Fprintf(&out, "<svg %s\n\tstroke-linejoin=\"round\">\n", head)
	if d.about != "" {
		fmt.Fprintf(&out, "<desc>%s</desc>\n", html.EscapeString(d.about))
	}
	fmt.Fprintf(&out, "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n%s", body)
	return out.Bytes(), nil
}
