package draw

import (
	"sync"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
)

// The Liberation fonts come with gonum/plot: no font need be installed, and all formats measure
// text alike. They are as wide as Times New Roman, Arial and Courier New, letter by letter.

var fonts = sync.OnceValue(func() *font.Cache { return font.NewCache(liberation.Collection()) })

var descriptions = sync.OnceValue(func() map[*sfnt.Font]font.Font {
	m := map[*sfnt.Font]font.Font{}
	for _, f := range liberation.Collection() {
		m[f.Face] = f.Font
	}
	return m
})

// fontOf is the description of a face. The one that comes with it need not be true: the TeX of
// gonum/plot describes the text around it and draws in italics.
func fontOf(f font.Face) font.Font {
	d, ok := descriptions()[f.Face]
	if !ok {
		d = f.Font
	}
	d.Size = f.Font.Size
	return d
}

// families lists a font and, for viewers that do not have it, fonts as wide.
func families(v font.Variant) string {
	switch v {
	case "Sans":
		return "Liberation Sans, Arial, Helvetica, sans-serif"
	case "Mono":
		return "Liberation Mono, Courier New, Courier, monospace"
	}
	return "Liberation Serif, Times New Roman, Times, serif"
}

// postScript is the name of a font in a PDF.
func postScript(f font.Font) string {
	name, style := string(f.Typeface+font.Typeface(f.Variant)), ""
	if f.Weight >= xfont.WeightSemiBold {
		style = "Bold"
	}
	if f.Style != xfont.StyleNormal {
		style += "Italic"
	}
	if style != "" {
		name += "-" + style
	}
	return name
}
