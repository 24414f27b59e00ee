package plots

import (
	"context"
	"fmt"

	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// SVG draws a figure as an SVG that is written nowhere, with its caption.
func (s Scheme) SVG(ctx context.Context, fig Figure, runs []record.Run) (svg []byte, caption string, err error) {
	pic, err := s.makeFigure(ctx, fig, runs)
	if err == nil {
		var d *draw.Drawing
		if d, err = draw.Lay(pic, s.Paper.page(fig.common())); err == nil {
			svg, err = d.SVG(ctx)
		}
	}
	if err != nil {
		return nil, "", fmt.Errorf("a figure (%s): %w", kindOf(fig), err)
	}
	return svg, pic.Caption(), nil
}
