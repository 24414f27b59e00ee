package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The usage of a program that was built names that program.
func TestUsageOfABuiltProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(program, nil, 0o777); err != nil {
		t.Fatal(err)
	}
	defer func(was string) { os.Args[0] = was }(os.Args[0])
	os.Args[0] = program
	for _, args := range [][]string{{"-h"}} {
		var said strings.Builder
		list(args, &said, &said)
		if strings.Contains(said.String(), "go run") || !strings.Contains(said.String(), program) {
			t.Errorf("%v: %s", args, &said)
		}
	}
}
