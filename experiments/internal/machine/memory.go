// Package machine asks what this machine has left.
package machine

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Memory is most of what the machine, or the group that this process was put in, has left; 0:
// unknown.
func Memory() int64 {
	free := int64(0)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range bytes.Lines(text) {
			var kB int64
			if n, _ := fmt.Sscanf(string(line), "MemAvailable: %d kB", &kB); n == 1 {
				free = kB * 1024
			}
		}
	}
	for _, g := range []struct{ limit, used string }{
		{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"},
		{"/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"},
	} {
		limit, used := number(g.limit), number(g.used)
		if limit > 0 && limit < 1<<60 && (free == 0 || limit-used < free) {
			free = max(1, limit-used)
		}
	}
	return free / 10 * 9
}

// number reads a file that holds one; 0: it does not.
func number(file string) int64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
