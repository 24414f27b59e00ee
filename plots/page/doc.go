// Package page makes the page of an experiment: one HTML file that needs no other and no network.
// It is made of the records of the runs, of what was drawn of them, and of what the session knew
// beside: which runs there should be, why one failed, which keys nobody gave.
//
// The same input gives the same bytes. Nothing on the page is taken on trust: text is escaped, a
// figure is let in if it is well-formed XML, and the page's policy lets no script run but its own.
package page
