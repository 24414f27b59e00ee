// Package hub is the server side of any method for whoever runs it. A Hub runs a server, or one
// shard of it: it counts versions, measures staleness, merges, refuses and withholds.
//
// # A driver
//
// For each worker a driver calls
//
//	half.Receive(reply)                    once at birth, then for every reply
//	half.Point, gradient, half.Step        until an Action says Push or Pull
//	hub.Serve, hub.Due, hub.Reply          when that request is handled by the server
//
// and tells the hub what the server cannot see: Begin, Send, Delivered, Interrupted, Ignored, Lose,
// Join, Leave. Serve is atomic: the reply of a ReadOld exchange is read, the push applied, the pull
// noted. Due comes after each Serve, Join and Leave, and Reply (or Read) for each Due at once.
//
//   - A reply that arrives while its worker computes waits for that gradient's end: then Receive,
//     then Step with the gradient, which is older than the reply.
//   - A push is as old as its oldest gradient: its version read is that of the reply in use when
//     the first gradient after the last push began. So a method that pulls and then pushes has its
//     own last push newer than what it read (Strategy.Trails).
//   - A worker has one pull outstanding at most; another is ignored.
//   - An interrupt travels like a reply. If it finds its worker computing, that gradient and all
//     since the last push are void, and Receive begins anew; if a request has crossed it, it is
//     ignored. Who was sent an older point is interrupted whether that has arrived or not, and
//     again if an interrupt gets too old on its way.
//
// # Where things are
//
// hub.go: workers, requests, deliveries; staleness.go: how stale a push is; updates.go: what
// becomes of it; replies.go: who is answered, and when; leases.go: for drivers that say themselves
// which push rests on which read. clocks.go and heap.go find the slowest and the most stale without
// a scan of the workers; ledger.go is the conservation of staleness (docs/concepts.md).
package hub
