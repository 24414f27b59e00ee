package nets

import (
	"staleness/nets/data"
	"staleness/nets/vec"
)

// dataset is what problems on data have in common; they embed it.
type dataset[F vec.Float] struct {
	parts [3]*data.Set[F] // by Part
	whole *data.Parts[F]  // all of them: what a data.Cache shares
}

func loadDataset[F vec.Float](o data.Options, task data.Task, e Env) (dataset[F], error) {
	p, err := data.Load[F](o, task, e.where())
	if err != nil {
		return dataset[F]{}, err
	}
	return dataset[F]{parts: [3]*data.Set[F]{Train: p.Train, Validation: p.Validation, Test: p.Test}, whole: p}, nil
}

// Len is the number of training samples.
func (d *dataset[F]) Len() int { return d.parts[Train].Len() }

// PartLen implements Evaluator.
func (d *dataset[F]) PartLen(p Part) int { return d.parts[p].Len() }

// Unlabelled says that a part has samples alone: the labels are not known.
func (d *dataset[F]) Unlabelled(p Part) bool { return d.parts[p] != nil && d.parts[p].Unlabelled }

// DataHash identifies the content of the data; it is the same in either precision.
func (d *dataset[F]) DataHash() string { return d.whole.Hash }

// Label is the class of a sample.
func (d *dataset[F]) Label(p Part, i int) int { return d.parts[p].Labels[i] }

func (d *dataset[F]) train() *data.Set[F] { return d.parts[Train] }

func (d *dataset[F]) trainLabels() ([]int, int) {
	return d.train().Labels, len(d.train().Classes)
}

// samples returns the rows of the batch, read-only: where they stand, if they stand side by side,
// or as copies.
func (d *dataset[F]) samples(ws *Workspace[F], batch []int) []F {
	t := d.train()
	n := t.Features()
	if first, ok := sideBySide(batch); ok && t.InMemory() {
		return t.Rows(nil, first, first+len(batch))
	}
	rows := ws.Vec(len(batch) * n)
	t.Gather(rows, batch)
	return rows
}

// room is where samples of a part can be copied to that have to be; nil: they need not be.
func (d *dataset[F]) room(ws *Workspace[F], s *data.Set[F], samples int) []F {
	if s.InMemory() || ws == nil {
		return nil
	}
	return ws.Vec(samples * s.Features())
}

// sideBySide says whether a batch is a run of samples, and with which it begins.
func sideBySide(batch []int) (first int, ok bool) {
	for j, i := range batch {
		if j == 0 {
			first = i
		}
		if i != first+j {
			return 0, false
		}
	}
	return first, true
}

// block is the number of samples that go through a net at once where it is only evaluated: enough
// for the kernels, small enough for the cache.
const block = 128
