// Package sim moves a cluster of workers and a parameter server through model time, computes every gradient of it for real, and
// keeps the record. A run is a Config; Run gives its Result and hands rows to a Recorder on the way.
//
// # How it is built
//
// One goroutine, the loop, owns everything. It takes the first event off a queue ordered by (time, worker, kind, sequence number)
// and lets it happen (engine.go, event.go, queue.go). A worker that starts to compute hands its gradients to a pool of
// goroutines at once (steps.go, pool.go); the loop fetches the result when the event of their end comes up, so who computed
// what, and when, cannot be seen in any result. What a worker asks for travels as a message of one part per shard: up the link,
// through the NIC and the queue of the shard, to the hub, which acts at the end of service, and back (worker.go, message.go, link.go,
// server.go, fair.go, waiting.go). Versions, staleness and consistency are hub.Hub's.
//
// Under injected staleness there is no time: a script says which push reads when (script.go, inject.go); the rest is the same.
//
// Evaluations are measured in pieces by the pool, on snapshots (eval.go). Rows, the fingerprint and statistics are in record.go,
// outcome.go and growth.go. A run can be kept between any two events and resumed to the bit (checkpoint.go). At its end it looks
// at every worker, message and vector and compares what it finds with what it counted (check.go).
//
// # What never changes a result
//
// The number of goroutines; how many gradients make one task; checkpoints; evaluations, unless they stop the run; what is recorded.
package sim
