package data

import (
	"encoding/hex"
	"hash"
)

// A Content identifies what was read, wherever it lies. A seed has no part in it: what it draws is
// told by the seed.
type Content struct {
	Hash   string // 64 hex digits
	seeded bool   // a source asked for the seed, and may have written it
	files  []fileHash
}

// A fileHash identifies the uncompressed content of one file.
type fileHash struct{ name, hash string }

// A fileRead is a file that is being hashed.
type fileRead struct {
	name string
	hash hash.Hash
}

// content is what b has read, and what was read before.
func (b *Builder) content(before Content) Content {
	c := Content{Hash: hex.EncodeToString(b.hash.Sum(nil)), seeded: before.seeded || b.seeded, files: before.files}
	if before.Hash != "" {
		c.Hash = joinHashes(before.Hash, c.Hash)
	}
	for _, f := range b.files {
		c.files = append(c.files, fileHash{f.name, hex.EncodeToString(f.hash.Sum(nil))})
	}
	return c
}

// check compares what is read now with what was to be read.
func (c *Content) check(now Content, source string) error {
	const remedy = "run again, and leave the data alone meanwhile: other data are another run"
	if c == nil || c.Hash == now.Hash {
		return nil
	}
	for i, f := range now.files {
		switch {
		case i >= len(c.files) || c.files[i].name != f.name:
			return &Error{File: f.name, Problem: "was not there when the data were first read", Remedy: remedy}
		case c.files[i].hash != f.hash:
			return &Error{File: f.name, Problem: "has changed since it was first read", Remedy: remedy}
		}
	}
	switch {
	case len(c.files) > len(now.files):
		return &Error{File: c.files[len(now.files)].name, Problem: "was there when the data were first read and is gone", Remedy: remedy}
	case c.seeded || now.seeded: // the hash of a source of one's own may hold the seed
		return nil
	}
	return &Error{File: source, Problem: "the data have changed since they were first read", Remedy: remedy}
}
