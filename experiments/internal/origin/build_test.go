package origin

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"
)

// Sources of one's own are part of the build; their tests are not.
func TestAddSources(t *testing.T) {
	before, bare := own, build()
	t.Cleanup(func() { own = before })
	with := func(files fstest.MapFS) string {
		own = slices.Clip(before)
		AddSources(files)
		return build()
	}
	file := func(text string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(text), Mode: fs.FileMode(0o644)}
	}
	one := with(fstest.MapFS{"mine.go": file("package mine")})
	if one == bare {
		t.Errorf("the build is %s with sources of one's own and without", bare)
	}
	if edited := with(fstest.MapFS{"mine.go": file("package mine // edited")}); edited == one {
		t.Error("editing one's own sources leaves the build as it was")
	}
	if tested := with(fstest.MapFS{"mine.go": file("package mine"), "mine_test.go": file("package mine"), "page.md": file("text")}); tested != one {
		t.Error("a test and a page change the build")
	}
}
