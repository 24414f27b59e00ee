package document

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A locator finds the line of every key and value of a TOML document that a parser has already
// accepted, since the parser tells lines of its own errors only. On anything else it stops where it
// no longer understands.
type locator struct {
	src    string
	at     int
	line   int
	arrays map[string]int // arrays of tables: how many elements so far
	spots  map[string]spot
}

// A spot is where a path begins. Implied tables exist only because a dotted key below them was
// given.
type spot struct {
	line    int
	implied bool
}

// locate maps paths such as `cluster.group[0].share` and `sweep."strategy.window"[2]` to lines,
// counted from 1.
func locate(src string) map[string]spot {
	l := &locator{src: src, line: 1, arrays: map[string]int{}, spots: map[string]spot{}}
	// byte order marks, which the parser passes over
	for _, mark := range []string{"\xff\xfe", "\xfe\xff", "\xef\xbb\xbf"} {
		if strings.HasPrefix(src, mark) {
			l.at = len(mark)
			break
		}
	}
	table := ""
	for l.blank(); l.at < len(l.src); l.blank() {
		ok := false
		if l.peek() == '[' {
			table, ok = l.header()
		} else {
			ok = l.pair(table)
		}
		if !ok {
			break
		}
	}
	return l.spots
}

func (l *locator) peek() byte {
	if l.at < len(l.src) {
		return l.src[l.at]
	}
	return 0
}

func (l *locator) next() {
	if l.peek() == '\n' {
		l.line++
	}
	l.at++
}

func (l *locator) accept(c byte) bool {
	if l.at < len(l.src) && l.src[l.at] == c {
		l.next()
		return true
	}
	return false
}

// space skips blanks within a line, blank also line ends and comments.
func (l *locator) space() {
	for l.peek() == ' ' || l.peek() == '\t' {
		l.at++
	}
}

func (l *locator) blank() {
	for l.at < len(l.src) {
		switch c := l.peek(); {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			l.next()
		case c == '#':
			for l.at < len(l.src) && l.peek() != '\n' {
				l.at++
			}
		case strings.HasPrefix(l.src[l.at:], "\uFEFF") && l.at == 0:
			l.at += len("\uFEFF")
		default:
			return
		}
	}
}

// note records a path; the first place wins, except that an explicit one replaces an implied one.
func (l *locator) note(path string, line int, implied bool) {
	if old, ok := l.spots[path]; !ok || old.implied && !implied {
		l.spots[path] = spot{line, implied}
	}
}

// header reads [a.b] or [[a.b]] and returns the path of the table it opens.
func (l *locator) header() (string, bool) {
	line := l.line
	l.next()
	list := l.accept('[')
	keys, ok := l.dotted()
	if !ok || !l.accept(']') || list && !l.accept(']') {
		return "", false
	}
	path := ""
	for i, k := range keys {
		path = Join(path, k)
		last := i == len(keys)-1
		switch {
		case last && list:
			l.note(path, line, false)
			l.arrays[path]++
			path = Element(path, l.arrays[path]-1)
		case l.arrays[path] > 0:
			path = Element(path, l.arrays[path]-1)
		}
		l.note(path, line, !last)
	}
	return path, true
}

// pair reads key = value in the table at path.
func (l *locator) pair(path string) bool {
	line := l.line
	keys, ok := l.dotted()
	if !ok || !l.accept('=') {
		return false
	}
	for i, k := range keys {
		path = Join(path, k)
		l.note(path, line, i < len(keys)-1)
	}
	l.space()
	return l.value(path)
}

func (l *locator) dotted() (keys []string, ok bool) {
	for {
		l.space()
		k, ok := l.key()
		if !ok {
			return nil, false
		}
		keys = append(keys, k)
		l.space()
		if !l.accept('.') {
			return keys, true
		}
	}
}

func (l *locator) key() (string, bool) {
	if c := l.peek(); c == '"' || c == '\'' {
		return l.quoted()
	}
	start := l.at
	for l.at < len(l.src) && isBare(l.src[l.at]) {
		l.at++
	}
	return l.src[start:l.at], l.at > start
}

func isBare(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c >= utf8.RuneSelf
}

// quoted reads a string of one line or of several, with either kind of quote.
func (l *locator) quoted() (string, bool) {
	q := l.src[l.at : l.at+1]
	if long := strings.Repeat(q, 3); strings.HasPrefix(l.src[l.at:], long) {
		l.at += 3
		for l.at < len(l.src) {
			switch {
			case strings.HasPrefix(l.src[l.at:], long):
				l.at += 3
				// up to two quotes may precede the closing three
				for n := 0; n < 2 && l.accept(q[0]); n++ {
				}
				return "", true
			case q == `"` && l.peek() == '\\':
				l.next()
				l.next()
			default:
				l.next()
			}
		}
		return "", false
	}
	start := l.at
	for l.at++; l.at < len(l.src) && l.src[l.at] != '\n'; l.at++ {
		switch c := l.src[l.at]; {
		case c == '\\' && q == `"`:
			l.at++
		case c == q[0]:
			l.at++
			if q == `'` {
				return l.src[start+1 : l.at-1], true
			}
			return unescape(l.src[start+1 : l.at-1]), true
		}
	}
	return "", false
}

// unescape undoes TOML's escapes, which are Go's and \e.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for s != "" {
		if strings.HasPrefix(s, `\e`) {
			b.WriteByte(0x1b)
			s = s[2:]
			continue
		}
		if strings.HasPrefix(s, `\x`) && len(s) >= 4 { // a code point, where Go has a byte
			if n, err := strconv.ParseUint(s[2:4], 16, 8); err == nil {
				b.WriteRune(rune(n))
				s = s[4:]
				continue
			}
		}
		r, _, rest, err := strconv.UnquoteChar(s, '"')
		if err != nil {
			return b.String() + s
		}
		b.WriteRune(r)
		s = rest
	}
	return b.String()
}

// value skips a value and notes the places of what is in it.
func (l *locator) value(path string) bool {
	switch l.peek() {
	case '"', '\'':
		_, ok := l.quoted()
		return ok
	case '[':
		l.next()
		for i := 0; ; i++ {
			if l.blank(); l.accept(']') {
				return true
			}
			e := Element(path, i)
			l.note(e, l.line, false)
			if !l.value(e) {
				return false
			}
			l.blank()
			if !l.accept(',') {
				return l.accept(']')
			}
		}
	case '{':
		l.next()
		for {
			if l.blank(); l.accept('}') {
				return true
			}
			if !l.pair(path) {
				return false
			}
			l.blank()
			if !l.accept(',') {
				return l.accept('}')
			}
		}
	}
	start := l.at
	for l.at < len(l.src) && !strings.ContainsRune(",]}#\r\n", rune(l.src[l.at])) {
		l.at++
	}
	return l.at > start
}

// Join appends a key to a path, quoted where a bare one would be read as something else.
func Join(path, key string) string {
	for i := range len(key) {
		if !isBare(key[i]) {
			key = strconv.Quote(key)
			break
		}
	}
	if key == "" {
		key = `""`
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

func Element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
