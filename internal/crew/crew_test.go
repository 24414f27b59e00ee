package crew

import (
	"strings"
	"testing"
)

func explode() { panic("boom") }

// What a goroutine panics with comes to who waits, with the place where it happened, through any
// number of crews.
func TestCarried(t *testing.T) {
	done := 0
	defer func() {
		b, ok := recover().(*Bug)
		if !ok || b.Value != "boom" || !strings.Contains(b.Stack, "explode") || !strings.Contains(b.Error(), "boom\n") {
			t.Errorf("got %v", b)
		}
		if done != 1 {
			t.Error("the other goroutine was not waited for")
		}
	}()
	var outer Crew
	outer.Go(func() {
		var inner Crew
		inner.Go(explode)
		inner.Wait()
	})
	outer.Go(func() { done++ })
	outer.Wait()
	t.Error("nothing came")
}
