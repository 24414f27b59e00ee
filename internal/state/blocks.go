package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A stream is a magic word and blocks; a block is a header and its data. The header has the length,
// the number of the block, a CRC of these and one of the data. The last block is empty.
const (
	magic     = "stlstate"
	blockSize = 1 << 18
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrDamaged is the error of a stream that is not what was written.
var ErrDamaged = errors.New("damaged or cut short")

type writer struct {
	w   io.Writer
	buf []byte
	n   uint32
	err error
}

func newWriter(w io.Writer) *writer {
	b := &writer{w: w, buf: make([]byte, 0, blockSize)}
	_, b.err = io.WriteString(w, magic)
	return b
}

func (b *writer) bytes(p []byte) error {
	for len(p) > 0 && b.err == nil {
		k := min(len(p), blockSize-len(b.buf))
		b.buf = append(b.buf, p[:k]...)
		p = p[k:]
		if len(b.buf) == blockSize {
			b.flush()
		}
	}
	return b.err
}

func (b *writer) flush() {
	h := header(len(b.buf), b.n, b.buf)
	b.n++
	if b.err == nil {
		_, b.err = b.w.Write(h[:])
	}
	if b.err == nil {
		_, b.err = b.w.Write(b.buf)
	}
	b.buf = b.buf[:0]
}

func (b *writer) close() error {
	if len(b.buf) > 0 {
		b.flush()
	}
	b.flush()
	return b.err
}

func header(n int, number uint32, data []byte) (h [16]byte) {
	binary.LittleEndian.PutUint32(h[0:], uint32(n))
	binary.LittleEndian.PutUint32(h[4:], number)
	binary.LittleEndian.PutUint32(h[8:], crc32.Checksum(data, castagnoli))
	binary.LittleEndian.PutUint32(h[12:], crc32.Checksum(h[:12], castagnoli))
	return h
}

type reader struct {
	r    io.Reader
	buf  []byte
	rest []byte
	n    uint32
	done bool
	err  error
}

func newReader(r io.Reader) *reader {
	b := &reader{r: r, buf: make([]byte, blockSize)}
	var m [len(magic)]byte
	if _, err := io.ReadFull(r, m[:]); err != nil || string(m[:]) != magic {
		b.err = fmt.Errorf("not a saved state: %w", ErrDamaged)
	}
	return b
}

func (b *reader) bytes(p []byte) error {
	for len(p) > 0 {
		if len(b.rest) == 0 {
			if b.next(); b.err != nil {
				return b.err
			}
			if b.done {
				b.err = fmt.Errorf("ends early: %w", ErrDamaged)
				return b.err
			}
		}
		k := copy(p, b.rest)
		p, b.rest = p[k:], b.rest[k:]
	}
	return b.err
}

// next reads one whole block and checks it before anybody sees it.
func (b *reader) next() {
	if b.err != nil || b.done {
		return
	}
	var h [16]byte
	if _, b.err = io.ReadFull(b.r, h[:]); b.err != nil {
		b.err = fmt.Errorf("block %d: %w", b.n, ErrDamaged)
		return
	}
	n := binary.LittleEndian.Uint32(h[0:])
	if crc32.Checksum(h[:12], castagnoli) != binary.LittleEndian.Uint32(h[12:]) || binary.LittleEndian.Uint32(h[4:]) != b.n || n > blockSize {
		b.err = fmt.Errorf("block %d: %w", b.n, ErrDamaged)
		return
	}
	if _, err := io.ReadFull(b.r, b.buf[:n]); err != nil || crc32.Checksum(b.buf[:n], castagnoli) != binary.LittleEndian.Uint32(h[8:]) {
		b.err = fmt.Errorf("block %d: %w", b.n, ErrDamaged)
		return
	}
	b.rest, b.done = b.buf[:n], n == 0
	b.n++
}

// close checks that everything was read.
func (b *reader) close() error {
	if len(b.rest) == 0 {
		b.next()
	}
	if b.err == nil && (len(b.rest) > 0 || !b.done) {
		b.err = errors.New("more was saved than there is to restore")
	}
	if b.err != nil {
		return fmt.Errorf("state: %w", b.err)
	}
	return nil
}
