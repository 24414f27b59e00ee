//go:build !amd64 || purego

package peak

func fmaLoop(Path, int) (func(int), int) { return nil, 0 }

func trafficLoop(Path, int, int) (func(int, *byte, *byte, *byte), int) { return nil, 0 }
