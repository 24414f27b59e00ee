// Package record defines what a run leaves, writes it, and reads it again. Its types are those that
// package sim fills and package plots reads; a number more is a field and a line in a table.
//
//	runs, err := record.Load("results/windows")
//
// # The folder of a run
//
// A run has a folder, DIR/NAME/RUN-ID. The run-id ([ID]) is a hash over all of the configuration
// that can change a record; equal configurations have one folder. The folder of a finished run
// holds
//
//	run.toml      the configuration, fully resolved, itself runnable; its table labels says what figures group by,
//	              its table written what a number came from (a rate of "0.5/L")
//	eval.csv      one row per evaluation
//	updates.csv   one row per push, if it was recorded
//	trace.csv     one row per interval of somebody's time, if it was recorded
//	model         what was trained, if it was to be kept
//	env.txt       what may differ between two runs of the same bits: machine, kernels, wall time, throughput
//	summary.json  what the run amounts to
//	state         its state shortly before the end, if it was to be kept, for a run with a later stop to go on from
//
// and that of an unfinished one run.toml, the tables as eval.csv.part, ... and, once it saved
// itself, checkpoint and checkpoint.old. summary.json comes last: a folder that has it is a
// finished run, whole, whatever happened and when. A file that ends in .tmp is rubbish of a crash,
// and harmless. summary.json names the tables and the model with size and SHA-256. A session
// compares the sizes whenever it finds the run, and the content of files up to 64 kB; larger ones
// are compared when they are read, and all under -verify. What is damaged or gone is computed
// again. run.toml, whose labels may change, is written anew wherever a session finds another text.
// Folders of before the files were named stay readable. Apart from env.txt and the labels, the
// files of two runs of one configuration, seed and build are equal byte by byte.
//
// # Tables
//
// CSV as every tool reads it: one header line, fields separated by commas, lines ended by \n, no
// quotes, UTF-8. Times are in seconds of model time, accuracies in [0, 1]. Floating-point numbers
// are the shortest decimals that read back as the same float64, with NaN, Inf and -Inf as these
// three words; counts are whole numbers. A column that does not apply to a run is left out; there
// are no empty fields. The columns, their order and what they mean stand in docs/records.md, which
// is made from the tables of this package: [EvaluationColumns], [RowColumns], [TraceColumns],
// [SummaryColumns].
//
// # The summary
//
// A JSON object, one key a line, with the keys of [Summary] in snake case. A key that does not
// apply, or whose value is not a finite number, is absent: JSON has no NaN. Nothing in it depends
// on the wall clock.
//
// # Checkpoints
//
// A checkpoint is binary: a magic string with the version of the format; for each table its name,
// length and the SHA-256 of that many bytes; the state of the run; the SHA-256 of all of it. The
// tables are cut back to these lengths when a run goes on, so that its files become those of a run
// that was never interrupted.
//
// # Models
//
// A model ([Model]) is binary, one file: a magic string with the version of the format; the length
// of what follows as a little-endian uint32; a JSON object with the keys run, build, problem (the
// table of run.toml, as TOML), seed, data, point, vote, precision, dim and count; count vectors of
// dim elements, IEEE 754 little-endian, four or eight bytes each as precision says; the SHA-256 of
// all of it. The order of a vector's elements is that of the problem's parameters: layer by layer,
// weights before biases, as docs/predict.md has it in full. Two runs of the same bits leave the
// same model.
package record

//go:generate sh -c "go run ./internal/page > ../../docs/records.md"
