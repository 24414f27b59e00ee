// Package sim moves a cluster of workers and a parameter server through model time, computes every
// gradient of it for real, and keeps the record. A run is a Config; Run gives its Result and hands
// rows to a Recorder on the way.
//
// # How it is built
//
// One goroutine, the loop, owns everything. It takes the first event off a queue ordered by (time,
// worker, kind, sequence number) and lets it happen (engine.go, event.go, queue.go, wheel.go;
// modeltime.go). A worker that starts to compute hands its gradients to a pool of goroutines at
// once (worker.go, steps.go, pool.go, cores.go); the loop fetches the result when the event of
// their end comes up, so who computed what, and when, cannot be seen in any result.
//
// What a worker asks for travels as a message of one part per shard (message.go): up the link
// (link.go), through the NIC of the shard (nic.go) and its queue (waitline.go) to the server
// (server.go), where at the end of service the hub acts, and back. Versions, staleness and
// consistency are hub.Hub's, of package optimizers/hub. Records name each other by handles
// (handles.go); vectors are counted by reference and shared (store.go). Where workers are many,
// memory is asked for before the event that needs it (ahead.go).
//
// Methods of peers have no server: what is different for them, and how they write to each other, is
// in peers.go.
//
// Jobs that are assigned to more clients than work at a time are in clients.go (what does not go
// with them in clients_check.go, what is checked at the end in invariants_clients.go). Then a
// worker of this package is a client, and one of the hub a slot for a job.
//
// What goes wrong, and who comes and goes, is in faults.go, membership.go, loss.go and pause.go; a
// run in which nothing can happen any more ends by stall.go. Without faults one word is looked at.
//
// Under injected staleness there is no time: a script says which push reads when (script.go,
// inject.go); the rest is the same (core.go).
//
// Evaluations are measured in pieces by the pool, on snapshots (eval.go, points.go, measure.go).
// Rows, the fingerprint and statistics are in recorder.go, outcome.go and growth.go. A run can be
// kept between any two events and resumed to the bit (checkpoint.go). What a Config may say is in
// config.go, and what is wrong with one in config_check.go. At its end a run looks at every worker,
// message and vector and compares what it finds with what it counted (invariants.go,
// invariants_idle.go).
//
// # What never changes a result
//
// The number of goroutines; how many gradients make one task; checkpoints; evaluations, unless they
// stop the run; what is recorded.
package sim
