// Command predict measures a trained model on a data set, and writes its predictions.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"staleness/experiments"
	"staleness/experiments/internal/config"
	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/files"
	"staleness/experiments/internal/guard"
	"staleness/experiments/internal/machine"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/vec"
	"staleness/sim"
	"staleness/sim/record"
)

// parts of a data set by the name that -part takes.
var parts = map[string]nets.Part{"train": nets.Train, "validation": nets.Validation, "test": nets.Test}

// A prediction is what experiments/predict was asked.
type prediction struct {
	file string // of the model
	data string // other samples; "": those of the run
	part string
	csv  string // "": none
}

func main() { os.Exit(answer(os.Args[1:], os.Stdout, os.Stderr)) }

// answer is the command: loss and accuracy of a trained model on a data set, and its predictions.
// It returns an exit status.
func answer(args []string, stdout, stderr io.Writer) int {
	command := guard.Invoked("go run ./experiments/predict")
	usage := "usage: " + command + " RUN|MODEL [-data SOURCE] [-part test|validation|train] [-csv FILE]\n\nRUN is the folder of a run that was computed under record.model = true, MODEL the file model in it.\n"
	var p prediction
	f := flag.NewFlagSet("predict", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage); f.PrintDefaults() }
	f.StringVar(&p.data, "data", "", "other samples than the run's: a data `source` such as csv:FILE, its test part or, if it has none, all of it")
	f.StringVar(&p.part, "part", "test", "the part of the run's data: "+prose.List(prose.SortedKeys(parts)))
	f.StringVar(&p.csv, "csv", "", "write a row for each sample to `file`: index, label, prediction, and a probability for each class")
	names, err := guard.Arguments(f, args)
	if err != nil {
		return guard.Misused(err)
	}
	if len(names) != 1 {
		fmt.Fprint(stderr, "predict: want one run folder, or the file model of one\n", usage)
		return experiments.Usage
	}
	p.file = names[0]
	if err := p.check(); err != nil {
		fmt.Fprintf(stderr, "predict: %v\n", err)
		return experiments.Usage
	}
	return guard.Run(command, args, stdout, stderr, func(ctx context.Context, stdout, stderr io.Writer) int {
		return p.run(ctx, stdout, stderr)
	})
}

// run answers the question.
func (p *prediction) run(ctx context.Context, stdout, stderr io.Writer) int {
	m, err := record.ReadModel(p.file)
	if err == nil && p.csv != "" {
		err = p.table(m).Check()
	}
	if err == nil {
		if m.Precision == "float64" {
			err = predict[float64](ctx, *p, m, stdout, stderr)
		} else {
			err = predict[float32](ctx, *p, m, stdout, stderr)
		}
	}
	if err == nil {
		return experiments.Done
	}
	fmt.Fprintf(stderr, "predict: %v\n", err)
	switch c := (*params.Error)(nil); {
	case errors.Is(err, context.Canceled):
		return experiments.Stopped
	case errors.As(err, &c), fault.Refusal(err), errors.Is(err, fs.ErrNotExist):
		return experiments.Usage
	}
	return experiments.Failed
}

// check finds what is wrong with the question itself.
func (p *prediction) check() error {
	if _, ok := parts[p.part]; !ok {
		return fmt.Errorf("-part %s: unknown part; known: %s", p.part, prose.List(prose.SortedKeys(parts)))
	}
	if p.data != "" && p.part != "test" {
		return fmt.Errorf("-part %s: -data %s takes the place of the test part; leave -part out", p.part, p.data)
	}
	info, err := os.Stat(p.file)
	if err != nil {
		return fmt.Errorf("%w; name the folder of a run, or the file model in it", err)
	}
	if info.IsDir() {
		p.file = filepath.Join(p.file, record.ModelFile)
	}
	return nil
}

// source reads what -data says; its path is relative to where the command runs.
func (p *prediction) source() (data.Source, error) {
	if p.data == "" {
		return nil, nil
	}
	var t data.TestPart
	if err := t.FromParam(p.data); err != nil {
		return nil, params.At("-data", err)
	}
	return t.Source, nil
}

func predict[F vec.Float](ctx context.Context, p prediction, m *record.Model, stdout, stderr io.Writer) error {
	problem, err := rebuild[F](p, m, stderr)
	if err != nil {
		return err
	}
	e, ok := problem.(nets.Evaluator[F])
	part := parts[p.part]
	classifier, predicts := problem.(nets.Predictor[F])
	labelled := true
	if u, ok := problem.(interface{ Unlabelled(nets.Part) bool }); ok {
		labelled = !u.Unlabelled(part)
	}
	switch {
	case !ok || m.Data == "":
		return params.Errorf("problem", "%s: this run's problem is not on data: there is nothing to predict", p.file)
	case e.PartLen(part) == 0:
		return params.Errorf("-part", "%s: the run's data has no %s part; give another -part, or -data", p.part, p.part)
	case p.csv != "" && !predicts:
		return params.Errorf("-csv", "%s: this run's problem gives no class probabilities; loss alone is known: leave -csv out", p.csv)
	case p.csv == "" && !labelled:
		return params.Errorf("-data", "%s has no labels, so that there is no loss and no accuracy: have the predictions written by -csv FILE", p.data)
	}
	xs := make([][]F, len(m.Vectors))
	for i, x := range m.Vectors {
		xs[i] = make([]F, len(x))
		for j, v := range x {
			xs[i][j] = F(v)
		}
	}
	p.describe(stdout, m, e.PartLen(part))
	if labelled {
		sums, err := sim.Measure(problem, xs, m.Vote, part)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "loss: %s\n", plain(sums.Loss/float64(sums.Samples)))
		if e.Classifies() {
			fmt.Fprintf(stdout, "accuracy: %s (%d right)\n", plain(float64(sums.Correct)/float64(sums.Samples)), sums.Correct)
		}
	}
	if p.csv == "" {
		return nil
	}
	t := predictionTable[F]{of: classifier, xs: xs, vote: m.Vote, part: part, n: e.PartLen(part), labelled: labelled}
	if n, ok := problem.(nets.Named); ok {
		t.names = n.ClassNames()
	}
	return p.table(m).Write(ctx, t.write)
}

// describe says which model is tried on what.
func (p *prediction) describe(stdout io.Writer, m *record.Model, samples int) {
	what := p.part + " part"
	if p.data != "" {
		what = p.data
	}
	how := ""
	if m.Count > 1 {
		how = fmt.Sprintf(", %d members, mean of their probabilities", m.Count)
		if m.Vote {
			how = fmt.Sprintf(", %d members, which vote", m.Count)
		}
	}
	fmt.Fprintf(stdout, "model: %s%s (run %s, %d parameters, %s)\n", m.Point, how, m.Run, m.Dim, m.Precision)
	fmt.Fprintf(stdout, "data: %s, %s\n", what, prose.Count(samples, "sample"))
}

// predictionBegins is how tables of predictions begin, with labels and without.
var predictionBegins = []string{"index,label,prediction", "index,prediction"}

// table is where predictions go.
func (p *prediction) table(m *record.Model) *files.Target {
	t := &files.Target{Flag: "-csv", File: p.csv, Begins: predictionBegins, Inputs: []string{p.file}}
	var run map[string]any
	if toml.Unmarshal([]byte(m.Problem), &run) == nil {
		t.Inputs = append(t.Inputs, config.DataPaths(document.Normal(run["problem"]))...)
	}
	if _, path, ok := strings.Cut(p.data, ":"); ok {
		t.Inputs = append(t.Inputs, path)
	}
	if dir := filepath.Dir(p.file); filepath.Base(p.file) == record.ModelFile {
		t.Homes = []string{filepath.Dir(dir)}
	}
	return t
}

// rebuild makes the problem that the model was trained on, with what it is to be tried on for a
// test part.
func rebuild[F vec.Float](p prediction, m *record.Model, stderr io.Writer) (nets.Problem[F], error) {
	var table map[string]any
	if err := toml.Unmarshal([]byte(m.Problem), &table); err != nil {
		return nil, fmt.Errorf("%s: its table [problem] cannot be read: %w", p.file, err)
	}
	section, _ := document.Normal(table["problem"]).(map[string]any)
	c, err := nets.Decode("problem", section)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; these sources do not know the problem as it was; train again", p.file, err)
	}
	env := nets.Env{Dir: ".", Seed: m.Seed, Paths: "put it back where the run found it", Memory: machine.Memory()}
	if _, ok := c.(nets.OnData); !ok && p.data != "" {
		return nil, params.Errorf("-data", "%s: this run's problem is not on data", p.data)
	}
	if env.Content, err = nets.DataContent(c, env); err != nil {
		return nil, fmt.Errorf("%s: the data that it was trained on, which say the shape, the classes and the scale, cannot be read: %w", p.file, params.At("problem", err))
	}
	if env.Content != nil && env.Content.Hash != m.Data {
		fmt.Fprintf(stderr, "predict: note: the data that %s was trained on have changed since: its figures are not those of the run\n", p.file)
	}
	if env.Test, err = p.source(); err != nil {
		return nil, err
	}
	problem, err := nets.Build[F](c, env)
	switch {
	case err != nil && p.data != "":
		return nil, params.Errorf("-data", "%s; the model takes samples with the features and classes that it was trained on", strings.TrimPrefix(err.Error(), "test: "))
	case err != nil:
		return nil, fmt.Errorf("%s: %w", p.file, params.At("problem", err))
	}
	if problem.Dim() != m.Dim {
		return nil, params.Errorf("problem", "%s has %d parameters, its problem today %d: the data have another shape than when it was trained; put those back, or train again", p.file, m.Dim, problem.Dim())
	}
	return problem, nil
}

// plain is the shortest decimal that reads back as x, as in the tables of a run.
func plain(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// A predictionTable has a row for each sample; classes are called as in the data set.
type predictionTable[F vec.Float] struct {
	of       nets.Predictor[F]
	xs       [][]F
	vote     bool
	part     nets.Part
	n        int
	labelled bool // otherwise there is no column for labels
	names    []float64
}

// name is what the data set calls a class.
func (t *predictionTable[F]) name(class int) string {
	if class < len(t.names) {
		return plain(t.names[class])
	}
	return strconv.Itoa(class)
}

func (t *predictionTable[F]) write(w io.Writer) error {
	b := []byte("index,label,prediction")
	if !t.labelled {
		b = []byte("index,prediction")
	}
	for c := range t.of.Classes() {
		b = append(b, ",p"+t.name(c)...)
	}
	b = append(b, '\n')
	out := bufio.NewWriter(w)
	out.Write(b)
	err := sim.Predict(t.of, t.xs, t.vote, t.part, t.n, func(i, label, class int, probabilities []F) error {
		b = strconv.AppendInt(b[:0], int64(i), 10)
		if t.labelled {
			b = append(b, ","+t.name(label)...)
		}
		b = append(b, ","+t.name(class)...)
		for _, x := range probabilities {
			b = append(b, ',')
			b = strconv.AppendFloat(b, float64(x), 'g', -1, bitsOf(x))
		}
		b = append(b, '\n')
		_, err := out.Write(b)
		return err
	})
	return errors.Join(err, out.Flush())
}

// bitsOf is the size of an element.
func bitsOf[F vec.Float](F) int {
	if _, single := any(F(0)).(float32); single {
		return 32
	}
	return 64
}
