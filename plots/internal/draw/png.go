package draw

import (
	"bytes"
	"context"
	"image/png"
	"strings"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// dpi is the resolution of a PNG: that of print.
const dpi = 300

// PNG draws on gonum/plot's raster canvas.
func (d *Drawing) PNG(ctx context.Context) ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(d.Width, d.Height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(White))
	if err := d.On(ctx, raster{c}); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := png.Encode(stopper{ctx, &b}, c.Image())
	return b.Bytes(), err
}

// A raster draws a box for a letter that the font does not have; the canvas below leaves it out.
type raster struct{ *vgimg.Canvas }

// FillString implements vg.Canvas.
func (c raster) FillString(f font.Face, at vg.Point, s string) {
	var buf sfnt.Buffer
	c.Canvas.FillString(f, at, strings.Map(func(r rune) rune {
		if g, err := f.Face.GlyphIndex(&buf, r); err != nil || g == 0 {
			return '□'
		}
		return r
	}, s))
}
