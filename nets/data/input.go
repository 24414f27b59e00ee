package data

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"staleness/internal/files"
)

// maxLine bounds a line of a text file.
const maxLine = 1 << 26

// An input is a file being read, uncompressed on the way, that knows where it is.
type input struct {
	name   string
	packed bool // compressed
	onDisk bool // a file of the system's
	r      *bufio.Reader
	hash   io.Writer
	offset int64
	line   int
	text   *bufio.Scanner
	close  func() error
}

// open finds path, or path with .gz or .bz2 added; it tells compressed files by their first bytes.
// What is read enters b's hash.
func open(b *Builder, path string) (*input, error) {
	var first error
	for _, suffix := range []string{"", ".gz", ".bz2"} {
		f, err := files.Open(path + suffix)
		if err == nil {
			one := fileRead{path + suffix, sha256.New()}
			b.files = append(b.files, one)
			in, err := newInput(io.MultiWriter(b, one.hash), path+suffix, f, f.Close)
			if err != nil {
				return nil, err
			}
			in.onDisk = true
			return in, nil
		}
		if odd := (*files.Foreign)(nil); errors.As(err, &odd) {
			remedy := odd.Do
			if isDir(path + suffix) {
				remedy = "name the file in it"
			}
			return nil, &Error{File: path + suffix, Problem: odd.What, Remedy: remedy}
		}
		if first == nil {
			first = err
		}
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return nil, b.fileError(path, first)
}

// fileError is what the operating system said about path, with a remedy.
func (b *Builder) fileError(path string, err error) error {
	e := &Error{File: path, Problem: err.Error(), Err: err}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		e.Problem = pe.Err.Error()
	}
	if errors.Is(err, fs.ErrNotExist) {
		e.Problem, e.Remedy = "there is no such file, nor with .gz or .bz2", b.paths
	}
	return e
}

// mapped has the rest of a file that is not compressed read from a mapping of it; nil: it is
// compressed, or the system cannot map it.
func (in *input) mapped() *mapping {
	if in.packed || !in.onDisk {
		return nil
	}
	m, err := mapFile(in.name)
	if err != nil {
		return nil
	}
	in.r = bufio.NewReaderSize(io.NewSectionReader(m, in.offset, max(0, int64(m.Len())-in.offset)), 1<<16)
	return m
}

func newInput(b io.Writer, name string, r io.Reader, closer func() error) (*input, error) {
	in := &input{name: name, r: bufio.NewReaderSize(r, 1<<16), hash: b, close: closer, packed: true}
	magic, _ := in.r.Peek(3)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in.r)
		if err != nil {
			closer()
			return nil, in.fail("a broken gzip header: "+err.Error(), "fetch the file again")
		}
		in.r = bufio.NewReaderSize(z, 1<<16)
	case bytes.HasPrefix(magic, []byte("BZh")):
		in.r = bufio.NewReaderSize(bzip2.NewReader(in.r), 1<<16)
	default:
		in.packed = false
	}
	return in, nil
}

// fail is an error at the present position.
func (in *input) fail(problem, remedy string) error {
	return &Error{File: in.name, Line: in.line, Offset: in.offset, At: true, Problem: problem, Remedy: remedy}
}

// full fills p or says what is missing, named by what.
func (in *input) full(p []byte, what string) error {
	n, err := io.ReadFull(in.r, p)
	in.hash.Write(p[:n])
	in.offset += int64(n)
	switch {
	case err == nil:
		return nil
	case err == io.EOF && in.offset == 0:
		return in.fail("the file is empty", "fetch it again")
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return in.fail(fmt.Sprintf("the file ends within %s, %d bytes early", what, len(p)-n), "it is truncated: fetch it again")
	}
	return in.fail("cannot be read: "+err.Error(), "it is damaged: fetch it again")
}

// end checks that nothing follows.
func (in *input) end() error {
	_, err := in.r.ReadByte()
	switch err {
	case io.EOF:
		return nil
	case nil:
		return in.fail("there are bytes beyond the end that the header announces", "header and content disagree: fetch it again")
	}
	return in.fail("cannot be read: "+err.Error(), "it is damaged: fetch it again")
}

// next is the next line without its end, and without a byte order mark; ok false at the end of the
// file. The line is valid until the next call.
func (in *input) next() (line []byte, ok bool, err error) {
	if in.text == nil {
		in.text = bufio.NewScanner(in.r)
		in.text.Buffer(make([]byte, 1<<16), maxLine)
	}
	in.line++
	if !in.text.Scan() {
		switch err := in.text.Err(); {
		case err == nil:
			return nil, false, nil
		case errors.Is(err, bufio.ErrTooLong):
			return nil, false, in.fail(fmt.Sprintf("the line is longer than %d bytes", maxLine), "is this a text file?")
		default:
			return nil, false, in.fail("cannot be read: "+err.Error(), "it is damaged: fetch it again")
		}
	}
	line = in.text.Bytes()
	in.hash.Write(line)
	in.hash.Write([]byte{'\n'})
	if in.line == 1 {
		if bytes.HasPrefix(line, []byte("\xfe\xff")) || bytes.HasPrefix(line, []byte("\xff\xfe")) {
			return nil, false, in.fail("a byte order mark of UTF-16", "save the file as UTF-8")
		}
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	return line, true, nil
}
