package main

import (
	"os"
	"testing"
)

// The committed page is what the structs say today.
func TestConfigurationPageIsCurrent(t *testing.T) {
	b, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != Configuration() {
		t.Error("docs/configuration.md is out of date: make generate")
	}
}
