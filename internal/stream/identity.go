package stream

import "embed"

// Sources is this package's own text: what a result depends on is part of its record.
//
//go:embed *.go
var Sources embed.FS
