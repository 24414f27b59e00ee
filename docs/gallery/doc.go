// Package gallery holds a study of each kind of figure, small enough to be read and run at once.
// Its test writes docs/gallery.md of them, and of what the named experiments draw.
package gallery
