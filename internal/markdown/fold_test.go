package markdown

import (
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	words := strings.Repeat("word ", 30) // 149 columns
	first := strings.TrimSpace(strings.Repeat("word ", 20))
	page := "# " + words + "\n\n" + words + "\n| " + words + "|\n```\n" + words + "\n```\nshort\n"
	want := "# " + words + "\n\n" + first + "\n" + first[:49] + "\n| " + words + "|\n```\n" + words + "\n```\nshort\n"
	if got := Fold(page); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if Fold(want) != want {
		t.Error("what is folded is folded again")
	}
}
