//go:build !amd64 || purego

package vec

func availablePaths() []path { return []path{purego} }
