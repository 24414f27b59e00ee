// Package plotstest tests kinds of figures: those of package plots, and those of one's own.
//
//	func TestWaste(t *testing.T) { plotstest.Kind(t, "waste") }
package plotstest
