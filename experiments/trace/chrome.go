package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"

	"staleness/sim/record"
)

// chrome writes a trace in the Trace Event Format, as chrome://tracing and Perfetto read it. Each
// worker is a process. What it does one after another is a thread of complete events (ph X); parts
// of messages, of which several may be under way, are asynchronous ones (b and e), one track for
// each message part.
func chrome(w io.Writer, rows []record.Interval) error {
	b := bufio.NewWriterSize(w, 1<<16)
	b.WriteString(chromeHead + "\"ms\",\"traceEvents\":[\n")
	seen := map[int64]bool{}
	first := true
	event := func(format string, args ...any) {
		if !first {
			b.WriteString(",\n")
		}
		first = false
		fmt.Fprintf(b, format, args...)
	}
	for i, r := range rows {
		pid := r.Worker + 1 // 0 is the idle process
		if !seen[r.Worker] {
			seen[r.Worker] = true
			event(`{"name":"process_name","ph":"M","pid":%d,"tid":0,"args":{"name":"worker %d"}}`, pid, r.Worker)
			event(`{"name":"process_sort_index","ph":"M","pid":%d,"tid":0,"args":{"sort_index":%d}}`, pid, r.Worker)
			event(`{"name":"thread_name","ph":"M","pid":%d,"tid":1,"args":{"name":"work"}}`, pid)
		}
		args := fmt.Sprintf(`{"job":%d,"version":%d,"update":%d`, r.Job, r.Version, r.Update)
		if r.Shard >= 0 {
			args += fmt.Sprintf(`,"shard":%d,"bytes":%d`, r.Shard, r.Bytes)
		}
		args += "}"
		start, end := nanoseconds(r.StartS), nanoseconds(r.EndS)
		switch r.Kind {
		case record.Compute, record.Wait, record.Down:
			name := r.Kind
			if r.Kind == record.Compute && r.Update < 0 {
				name = "compute, cut short"
			}
			event(`{"name":%q,"cat":%q,"ph":"X","pid":%d,"tid":1,"ts":%s,"dur":%s,"args":%s}`, name, r.Kind, pid, microseconds(start), microseconds(end-start), args)
		default:
			id := fmt.Sprintf("%d.%d.%d", r.Worker, r.Job, r.Shard)
			if r.Version < 0 { // a mere pull, beside the push of the same job
				id = fmt.Sprintf("%d.ask.%d", r.Worker, i)
			}
			event(`{"name":%q,"cat":"message","ph":"b","id":%q,"pid":%d,"tid":2,"ts":%s,"args":%s}`, r.Kind, id, pid, microseconds(start), args)
			event(`{"name":%q,"cat":"message","ph":"e","id":%q,"pid":%d,"tid":2,"ts":%s}`, r.Kind, id, pid, microseconds(end))
		}
	}
	b.WriteString("\n]}\n")
	return b.Flush()
}

func nanoseconds(s float64) int64 { return int64(math.Round(s * 1e9)) }

// microseconds writes ns as the format has them, exactly.
func microseconds(ns int64) string {
	s := strconv.FormatInt(ns/1000, 10)
	if rest := ns % 1000; rest != 0 {
		s += fmt.Sprintf(".%03d", rest)
	}
	return s
}
