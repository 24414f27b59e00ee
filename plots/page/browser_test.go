//go:build !race && !purego

package page

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"staleness/plots"
	"staleness/sim/record"
)

var shots = flag.String("shots", "", "a `folder` for screenshots of the page: look at them")

// column is the texts of a column of the first table that has one of that head.
const column = `(head) => {
  for (const t of document.querySelectorAll("table.sortable")) {
    const i = [...t.tHead.querySelector(".heads").cells].findIndex((h) => h.textContent === head);
    if (i >= 0) return [...t.tBodies[0].rows].map((r) => r.cells[i].textContent);
  }
  return [];
}`

// headOf is the button of that head.
const headOf = `(head) => [...document.querySelectorAll("th button")].find((b) => b.textContent === head)`

// In a real browser, wide and narrow, light and dark: nothing complains, nothing is asked for from
// elsewhere, nothing is wider than the page, every figure has a size, tables are sorted by click
// and by key.
func TestInBrowser(t *testing.T) {
	c := start(t)
	file := filepath.Join(t.TempDir(), "report.html")
	p := odd(t)
	if err := os.WriteFile(file, render(t, p), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int{1280, 400} {
			c.look(width, scheme)
			c.show(file)
			c.measure(width)
			var bright float64
			c.eval(`getComputedStyle(document.body).backgroundColor.match(/\d+/g).reduce((a, b) => a + +b, 0) / 765`, &bright)
			if (bright > 0.5) != (scheme == "light") {
				t.Errorf("%s: the page's brightness is %v", scheme, bright)
			}
			if *shots != "" {
				if err := os.WriteFile(filepath.Join(*shots, fmt.Sprintf("%s-%d.png", scheme, width)), c.picture(), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	c.sorts()
	compared, err := plots.Compare([2]string{"one <x>", "other & so"}, [2][]record.Run{p.Runs[:8], p.Runs[2:12]})
	if err != nil {
		t.Fatal(err)
	}
	b, err := RenderContrast(compared, p.Warnings, "report one other")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o666); err != nil {
		t.Fatal(err)
	}
	c.look(400, "dark")
	c.show(file)
	c.fits(400)
	c.quiet()
}

// fits looks for what is too wide.
func (c *chromium) fits(width int) {
	c.t.Helper()
	var wide int
	c.eval("document.documentElement.scrollWidth", &wide)
	if wide > width {
		var what []string
		c.eval(fmt.Sprintf(`[...document.querySelectorAll("body *")].filter((e) => !e.closest(".wide, pre") && e.getBoundingClientRect().right > %d).map((e) => e.outerHTML.slice(0, 80))`, width), &what)
		c.t.Errorf("at %d pixels the page is %d wide: %.400q", width, wide, what)
	}
}

// measure looks for what is too wide and for figures without a size.
func (c *chromium) measure(width int) {
	c.t.Helper()
	c.fits(width)
	var sizes [][2]float64
	c.eval(`[...document.querySelectorAll("figure svg")].map((s) => [s.getBoundingClientRect().width, s.getBoundingClientRect().height])`, &sizes)
	for _, s := range sizes {
		if s[0] < 200 || s[1] < 60 {
			c.t.Errorf("at %d pixels a figure is %v", width, s)
		}
	}
	if len(sizes) < 2 {
		c.t.Errorf("%d figures", len(sizes))
	}
}

// sorts sorts by click, down by another, and by key.
func (c *chromium) sorts() {
	const head = "train loss"
	read := func() (texts []string) {
		c.eval("("+column+`)("`+head+`")`, &texts)
		return texts
	}
	asWritten := read()
	if len(asWritten) < 4 {
		c.t.Fatalf("the table has %q", asWritten)
	}
	c.click(head)
	up := read()
	c.click(head)
	down := read()
	var at [2]string
	c.eval("[("+headOf+`)("`+head+`").parentElement.getAttribute("aria-sort"), "x"]`, &at)
	if at[0] != "descending" {
		c.t.Errorf("the head says %q", at[0])
	}
	if slices.Equal(up, asWritten) || slices.Equal(up, down) {
		c.t.Errorf("not sorted: %q, %q", up, down)
	}
	// Numbers by size, then what diverged, then what is not there, whatever the direction.
	numbers := func(texts []string) (vs []float64, rest []string) {
		for _, s := range texts {
			var v float64
			if _, err := fmt.Sscan(s, &v); err == nil && len(rest) == 0 {
				vs = append(vs, v)
			} else {
				rest = append(rest, s)
			}
		}
		return vs, rest
	}
	vs, rest := numbers(up)
	if !slices.IsSorted(vs) || len(vs) < 3 || !slices.Contains(rest, "×") {
		c.t.Errorf("sorted upwards: %q", up)
	}
	if down[0] != "×" || down[len(down)-1] != "–" {
		c.t.Errorf("sorted downwards: %q", down)
	}
	var focused bool
	c.eval("(("+headOf+`)("`+head+`").focus(), document.activeElement.textContent === "`+head+`")`, &focused)
	c.press("Enter", "\r", 13)
	if again := read(); !focused || !slices.Equal(again, up) {
		c.t.Errorf("by key (focused: %v): %q", focused, again)
	}
}

// click clicks at the place of a head with the mouse.
func (c *chromium) click(head string) {
	var at [2]float64
	c.eval("(() => { const b = ("+headOf+`)("`+head+`"); b.scrollIntoView({block: "center", inline: "center"}); const r = b.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, &at)
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		c.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1}, nil)
	}
}
