package optimizers

// Reduction is a part of methods that average what all workers have: what it takes to form the
// mean. The mean itself is the same.
type Reduction struct {
	ReduceCost string `doc:"what a round's mean costs: server: each push goes to the server, and each reply back; ring: workers form it among themselves by a ring all-reduce, 2(M-1)/M of a message at the bandwidth and 2(M-1) latencies of the slowest, and no server is in the way" in:"server|ring"`
}

// ByServer is the default.
func ByServer() Reduction { return Reduction{"server"} }

// ring is for Strategy.Ring.
func (r Reduction) ring() bool { return r.ReduceCost == "ring" }
