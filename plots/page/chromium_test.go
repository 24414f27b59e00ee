//go:build !race && !purego

package page

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// A chromium is a headless browser with one page, spoken to through two pipes in its DevTools
// protocol: a JSON object a message, each ended by a zero byte.
type chromium struct {
	t       *testing.T
	to      io.Writer
	answers chan message
	id      int
	session string
	errors  []string // what the console and the network had to say
}

type message struct {
	ID        int             `json:"id,omitempty"`
	Method    string          `json:"method,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Params    json.RawMessage `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     json.RawMessage `json:"error,omitempty"`
}

// start starts the browser, or skips the test where there is none.
func start(t *testing.T) *chromium {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("there is no Chromium (Debian: apt-get install chromium)")
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, answers, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--headless", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars", "--user-data-dir=" + t.TempDir()}
	if os.Getuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	// a browser that hangs ends the test, not the whole of CI
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.ExtraFiles = []*os.File{theirs, answers} // 3 and 4 over there
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	answers.Close()
	c := &chromium{t: t, to: ours, answers: make(chan message, 64)}
	go c.listen(from)
	t.Cleanup(func() {
		c.id++
		fmt.Fprintf(c.to, "{\"id\":%d,\"method\":\"Browser.close\"}\x00", c.id)
		for range c.answers { // until it is gone
		}
		cmd.Wait()
		stop()
		ours.Close()
		from.Close()
	})
	c.open()
	return c
}

// listen reads messages until the browser is gone.
func (c *chromium) listen(from io.Reader) {
	defer close(c.answers)
	for r := bufio.NewReader(from); ; {
		text, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) == nil {
			c.answers <- m
		}
	}
}

// open makes a page and listens to what it complains of.
func (c *chromium) open() {
	var target struct{ TargetID string }
	c.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	c.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	c.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		c.call(domain+".enable", nil, nil)
	}
}

// call sends a command and waits for its answer.
func (c *chromium) call(method string, params, result any) {
	c.t.Helper()
	c.id++
	text, err := json.Marshal(params)
	if err != nil {
		c.t.Fatal(err)
	}
	b, _ := json.Marshal(message{ID: c.id, Method: method, SessionID: c.session, Params: text})
	if _, err := c.to.Write(append(b, 0)); err != nil {
		c.t.Fatal(err)
	}
	for m := range c.answers {
		c.hear(m)
		if m.ID != c.id {
			continue
		}
		if m.Error != nil {
			c.t.Fatalf("%s: %s", method, m.Error)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				c.t.Fatal(err)
			}
		}
		return
	}
	c.t.Fatalf("the browser ended at %s", method)
}

// hear notes what must not happen on a page: errors, and requests for anything but itself.
func (c *chromium) hear(m message) {
	switch m.Method {
	case "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded":
		c.errors = append(c.errors, m.Method+": "+string(m.Params))
	case "Network.requestWillBeSent":
		var p struct{ Request struct{ URL string } }
		json.Unmarshal(m.Params, &p)
		if u := p.Request.URL; !strings.HasPrefix(u, "file:") && !strings.HasPrefix(u, "data:") {
			c.errors = append(c.errors, "it asks for "+u)
		}
	}
}

// show goes to a file and waits until it is loaded.
func (c *chromium) show(file string) {
	c.t.Helper()
	c.id++
	text, _ := json.Marshal(map[string]any{"url": "file://" + file})
	b, _ := json.Marshal(message{ID: c.id, Method: "Page.navigate", SessionID: c.session, Params: text})
	if _, err := c.to.Write(append(b, 0)); err != nil {
		c.t.Fatal(err)
	}
	for m := range c.answers {
		if c.hear(m); m.Method == "Page.loadEventFired" {
			return
		}
	}
	c.t.Fatal("the browser ended before the page was loaded")
}

// eval evaluates JavaScript.
func (c *chromium) eval(expression string, value any) {
	c.t.Helper()
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	c.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if r.ExceptionDetails != nil {
		c.t.Fatalf("%s: %s", expression, r.ExceptionDetails)
	}
	if err := json.Unmarshal(r.Result.Value, value); err != nil {
		c.t.Fatalf("%s: %v in %s", expression, err, r.Result.Value)
	}
}

// look sets the width of the window, and light or dark.
func (c *chromium) look(width int, scheme string) {
	c.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
	c.call("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// press hits a key.
func (c *chromium) press(key, text string, code int) {
	for _, kind := range []string{"keyDown", "keyUp"} {
		c.call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code}, nil)
	}
}

// picture is a screenshot of the whole page.
func (c *chromium) picture() []byte {
	var shot struct{ Data string }
	c.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true}, &shot)
	b, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		c.t.Fatal(err)
	}
	return b
}

// quiet is the error if the console or the network had anything to say.
func (c *chromium) quiet() {
	c.t.Helper()
	for _, e := range slices.Compact(c.errors) {
		c.t.Error(e)
	}
	c.errors = nil
}
