//go:build race || purego

package page

import "testing"

// The browser sees the same page whatever this program was built with.
func TestInBrowser(t *testing.T) { t.Skip("the page is looked at in the plain build") }
