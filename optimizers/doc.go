// Package optimizers holds the methods. A method is two pure state machines, a worker half and a server half, and a few
// declared facts. Neither half knows a clock, a goroutine, a file or a random generator of its own.
//
// # A method
//
// A method is one file: a plain struct of hyperparameters that is registered by name (Register), and a function from it to
// a Strategy, which is two constructors and the facts. What many methods share is a part and composes with all of them: the
// worker's own optimizer (Rule), schedules, clipping, staleness weights, and the Consistency, which is data. Package
// optimizertest checks whatever is registered.
//
// # A driver
//
// A Hub runs a server, or one shard of it: it counts versions, measures staleness, merges, refuses and withholds. For each
// worker a driver calls
//
//	half.Receive(reply)                    once at birth, then for every reply
//	half.Point, gradient, half.Step        until an Action says Push or Pull
//	hub.Serve, hub.Due, hub.Reply          when that request is handled by the server
//
// and tells the hub what the server cannot see: Begin, Send, Delivered, Interrupted, Ignored, Lose, Join, Leave. Serve is atomic: the
// reply of a ReadOld exchange is read, the push applied, the pull noted. Due comes after each Serve, Join and Leave, and
// Reply (or Read) for each Due at once.
//
//   - A reply that arrives while its worker computes waits for that gradient's end: then Receive, then Step with the gradient,
//     which is older than the reply.
//   - A push is as old as its oldest gradient: its version read is that of the reply in use when the first gradient after the last
//     push began. So a method that pulls and then pushes has its own last push newer than what it read (Strategy.Trails).
//   - A worker has one pull outstanding at most; another is ignored.
//   - An interrupt travels like a reply. If it finds its worker computing, that gradient and all since the last push are
//     void, and Receive begins anew; if a request has crossed it, it is ignored. Who was sent an older point is interrupted
//     whether that has arrived or not, and again if an interrupt gets too old on its way.
//
// # Who owns what
//
// The buffers of Step and Receive are lent for the call: a half may overwrite them and leaves its message there, Strategy.Width
// vectors back to back. Message.Vec is lent to Apply. Reply writes all of dst. Point and Center belong to the half and are
// read-only, unchanged until its next call. Env.X0 is lent to the constructor. No half keeps a slice it was lent, except a
// Borrower what it borrows and a Versioner the vector of its center, and none writes its configuration.
//
// # Checkpoints
//
// State is every field of every half, exported or not, found by reflection: an author writes nothing and can forget
// nothing. Two slices of one array, two pointers to one object, maps and channels cannot be state; what a half can do
// without carries the tag `state:"-"`.
//
// # Arithmetic
//
// Vector work goes through nets/vec. Scalar lines write F(x*y) + z: some machines fuse a product with a sum that are not
// kept apart by a conversion.
package optimizers
