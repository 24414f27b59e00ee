package optimizers

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"staleness/internal/params"
)

// GraphFile is a graph that a file lists: a line for each edge, with its two workers, 0 to M - 1,
// between blanks or a comma. Empty lines and what follows a # count nothing.
type GraphFile struct {
	Path string `doc:"text file with the two workers of an edge in each line" required:""`

	edges *[][2]int // of its content; nil: not read yet
}

// Validate wants a path.
func (c GraphFile) Validate() error {
	if c.Path == "" {
		return params.Errorf("path", "is empty: give the file, as in graph = \"file:edges.txt\"")
	}
	return nil
}

// Over implements GraphKind. The file is read unless Read has read it.
func (c GraphFile) Over(workers int) (*Graph, error) {
	if c.edges == nil {
		f, err := os.Open(c.Path)
		if err != nil {
			return nil, params.Errorf("path", "%v", err)
		}
		defer f.Close()
		if c, err = c.Read(f); err != nil {
			return nil, params.At("path", err)
		}
	}
	least := 0
	seen := make([]bool, workers)
	for _, e := range *c.edges {
		for _, i := range e {
			if i >= workers {
				return nil, params.Errorf("", "%s has a worker %d, and there are %d, 0 to %d: take another file, or workers = %d", c.Path, i, workers, workers-1, c.nodes())
			}
			seen[i] = true
		}
	}
	for least < workers && (seen[least] || workers == 1) {
		least++
	}
	if least < workers {
		return nil, params.Errorf("", "%s has no edge of worker %d, and there are %d: take another file, or as many workers as it has (%d)", c.Path, least, workers, c.nodes())
	}
	return NewGraph(workers, *c.edges), nil
}

// nodes is one more than the largest worker in the file.
func (c GraphFile) nodes() (n int) {
	for _, e := range *c.edges {
		n = max(n, e[0]+1, e[1]+1)
	}
	return n
}

// File implements GraphInFile.
func (c GraphFile) File() string { return c.Path }

// In implements GraphInFile.
func (c GraphFile) In(path string, content io.Reader) (GraphKind, error) {
	c.Path = path
	return c.Read(content)
}

// Read is c with the edges that the content of its file lists.
func (c GraphFile) Read(content io.Reader) (GraphFile, error) {
	c.edges = new([][2]int)
	lines := bufio.NewScanner(content)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\r' })
		if len(words) == 0 {
			continue
		}
		var e [2]int
		ok := len(words) == 2
		for k := 0; ok && k < 2; k++ {
			i, err := strconv.Atoi(words[k])
			ok = err == nil && i >= 0 && i < 1<<24
			e[k] = i
		}
		if !ok {
			return c, fmt.Errorf("%s:%d: %q is no edge: want two workers, such as 0 1", c.Path, n, strings.TrimSpace(text))
		}
		if e[0] == e[1] {
			return c, fmt.Errorf("%s:%d: worker %d has an edge with itself: take the line out", c.Path, n, e[0])
		}
		*c.edges = append(*c.edges, e)
	}
	if err := lines.Err(); err != nil {
		return c, fmt.Errorf("%s: %w", c.Path, err)
	}
	if len(*c.edges) == 0 {
		return c, fmt.Errorf("%s: there is no edge in it", c.Path)
	}
	return c, nil
}

func init() {
	RegisterGraph("file", "the edges that a file lists; in short \"file:PATH\"", "", GraphFile{})
}
