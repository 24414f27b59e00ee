// Command stability maps over step and delay where asynchronous gradient descent on x^2/2 shrinks
// and where it grows, beside the closed form of its boundary. README.md says how near they are.
package main

import (
	"embed"
	"os"

	"staleness/experiments"
)

//go:embed *.toml
var files embed.FS

func main() {
	p := experiments.Program{Name: "stability", Files: files, Blurb: "Step x delay: injected delays and equally fast workers, the closed form overlaid; seconds.", Report: report}
	os.Exit(p.Main(os.Args[1:], os.Stdout, os.Stderr))
}
