package optimizers

// Facts are what the manual's table of methods says of one and its code does not show. A method
// declares them in its own file.
type Facts struct {
	Staleness string // what it makes of staleness; "": nothing
	Momentum  string // where it has one; "": none of its own
	Up, Down  string // what a message holds
	Memory    string // what a server comes to keep beside what it has at birth
	// keys that are whole numbers and say how far vectors move, not who sends what when
	Scales []string
}

// A Factual method states its Facts.
type Factual interface{ Facts() Facts }
