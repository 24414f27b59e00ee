// Package experiments runs what a person asks for: TOML in, records and figures out. The commands
// below it are a few lines each; a main of one's own that registers a method, a law, a net or a
// figure calls the same Main:
//
//	func main() { os.Exit(experiments.Main(os.Args[1:], os.Stdout, os.Stderr)) }
//
// # Between a command line and a figure
//
// Main (main.go) guards what it does (internal/guard: an interrupt ends it within a second, a panic
// says what to report) and reads its flags (flags.go). Load (runner.go) lays the files over each
// other in a document (internal/document), which remembers for every key the file and the line, or
// the argument, that it comes from; every mistake from here on is told with that place
// (internal/fault).
//
// The document is expanded (internal/sweep): axes, grids and seeds make one document for each run.
// Each is resolved to a configuration with nothing left to defaults (internal/config), from which
// follow run.toml, the run-id that names the folder, and what the simulator takes; problems are
// built once for all runs that share one. All runs are resolved, rehearsed and compared with the
// figures that are asked for (figures.go) before the first begins.
//
// A Session then computes an Experiment (Session.Compute). It removes what -fresh is to compute
// again (fresh.go), looks for runs that are finished (survey.go) and still current (adopt.go): a
// record is, if none of the sources that went into it was edited (internal/origin). Runs that
// cannot fit into memory are refused (memory.go). If values are to be tuned first, the trials are
// an Experiment like any other, and tune_choose.go chooses.
//
// What is missing is handed to an engine (engine.go). The local one (local.go) takes the lock of
// each run (internal/files), a share of memory and of the cores, and computes (compute.go): from a
// checkpoint of an earlier session (checkpoint.go), from a finished run with an earlier stop
// (kept.go), or from the beginning. A run that failed is tried again after all others (retries.go).
// The recorder (record.go) hands what the simulator reports to the files of the run, which package
// sim/record defines. The other engine (slurm*.go) submits arrays of jobs, each of which is a
// session with the local engine, and looks on; what is said to the scheduler is in internal/slurm.
// A person sees the progress (progress.go), or with -dry-run only what would be done and how long
// it would take (dryrun.go, internal/cost).
//
// When all runs are there the figures and tables are drawn by package plots, and kept beside the
// runs, from where ReportMain (report.go) draws them again without computing anything. Then what
// came out is said in a short table, and plots/page makes the page of it all (page.go).
//
// # Rooms
//
// Whatever needs no session lies in a package of its own below internal: fault and prose (words for
// people), document, sweep, config, cost, origin, files, slurm, guard, clock, machine. They know
// nothing of this package, and of each other no more than internal/house allows.
package experiments
