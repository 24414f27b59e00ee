package data

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf8"
)

// Text is a file whose characters, or bytes, are the tokens of a language model. The symbols are
// those that occur in it. A part of it for tests or validation is its end, not drawn: what is
// predicted then has not been seen.
type Text struct {
	Path  string `doc:"the file" required:""`
	Units string `doc:"what a token is: a byte, or a character of UTF-8" in:"bytes|characters"`
}

func init() {
	Register("text", "a text, for language models: its bytes or characters are tokens; test and validation parts are its end", "", Text{Units: "bytes"})
}

// Read implements Source.
func (s Text) Read(b *Builder, test bool) error {
	switch {
	case test:
		return ErrNoTest
	case b.Task != Language:
		return errNoSamples
	}
	fmt.Fprintf(b, "text %s\n", s.Units)
	in, err := open(b, b.Path(s.Path))
	if err != nil {
		return err
	}
	defer in.close()
	text, err := in.rest(b)
	if err != nil {
		return err
	}
	t := &textReader{b: b, in: in, bytes: s.Units == "bytes"}
	return t.read(text)
}

// rest reads all that is left.
func (in *input) rest(b *Builder) ([]byte, error) {
	var out bytes.Buffer
	for {
		n, err := io.CopyN(io.MultiWriter(&out, in.hash), in.r, 1<<20)
		switch {
		case err == io.EOF && out.Len() == 0:
			return nil, in.fail("the file is empty", "fetch it again")
		case err == io.EOF:
			return out.Bytes(), nil
		case err != nil:
			return nil, in.fail("cannot be read: "+err.Error(), "it is damaged: fetch it again")
		}
		in.offset += n
		if out.Len() > MaxElements {
			return nil, in.fail(fmt.Sprintf("there are more than %d bytes, the most that is held", MaxElements), "use a part of it")
		}
		if err := b.hold(5 * int64(out.Len())); err != nil { // a token of four bytes beside each
			return nil, in.fail(err.Error(), "")
		}
	}
}

// A textReader cuts a text into tokens.
type textReader struct {
	b     *Builder
	in    *input
	bytes bool
}

func (t *textReader) read(text []byte) error {
	if like := t.b.sequence; like == nil {
		symbols, err := t.symbols(text)
		if err != nil {
			return err
		}
		t.b.Spelled(symbols)
		t.b.sequence.Bytes = t.bytes
	} else if like.Bytes != t.bytes {
		return t.in.fail("its tokens are not what those of the training part are", "give both parts the same units")
	}
	codes := map[rune]int{}
	for i, s := range t.b.sequence.Symbols {
		c := rune(s[0])
		if !t.bytes {
			c, _ = utf8.DecodeRuneInString(s)
		}
		codes[c] = i
	}
	t.b.announced = len(text)
	return t.each(text, func(c rune) error {
		code, ok := codes[c]
		if !ok {
			return fmt.Errorf("%q does not occur in the training part", t.symbol(c))
		}
		return t.b.AddToken(code)
	})
}

// symbols are those of a text, in the order of their codes.
func (t *textReader) symbols(text []byte) ([]string, error) {
	seen := map[rune]bool{}
	err := t.each(text, func(c rune) error {
		if seen[c] = true; len(seen) > MaxClasses {
			return fmt.Errorf("there are more than %d different characters", MaxClasses)
		}
		return nil
	})
	symbols := make([]string, 0, len(seen))
	for _, c := range slices.Sorted(maps.Keys(seen)) {
		symbols = append(symbols, t.symbol(c))
	}
	return symbols, err
}

// symbol is what a token is called.
func (t *textReader) symbol(c rune) string {
	if t.bytes {
		return string([]byte{byte(c)})
	}
	return string(c)
}

// each calls f with each unit of the text. An error has the place.
func (t *textReader) each(text []byte, f func(c rune) error) error {
	for at := 0; at < len(text); {
		c, n := rune(text[at]), 1
		t.in.offset = int64(at)
		if !t.bytes {
			if c, n = utf8.DecodeRune(text[at:]); c == utf8.RuneError && n < 2 {
				return t.in.fail(fmt.Sprintf("byte %#x is no UTF-8", text[at]), `save the file as UTF-8, or take bytes: {kind = "text", path = ..., units = "bytes"}`)
			}
		}
		if err := f(c); err != nil {
			return t.in.fail(err.Error(), "take a part of the training part's own text, or one of the same characters")
		}
		at += n
	}
	return nil
}
