package experiments

import (
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/sim/record"
)

const languageRun = `
name = "language"
seed = 1
strategy = {kind = "asgd", rate = 0.5}
cluster = {workers = 2, compute = {law = "constant", mean = "10ms"}}
stop = {gradients = 40}
eval = {gradients = 10}
[problem]
kind = "transformer"
layers = 1
width = 8
heads = 2
context = 6
batch = 5
test = 0.2
`

// evaluated runs languageRun with some more of [problem] and returns the header of eval.csv and its
// rows.
func evaluated(t *testing.T, problem string) (header string, rows []record.Evaluation) {
	t.Helper()
	dir := t.TempDir()
	text := "a text of the like that nobody reads: to be, or not to be, that is the question of it"
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	x, err := Load([]File{{filepath.Join(dir, "x.toml"), languageRun + problem}}, Options{Out: filepath.Join(dir, "out")})
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{Stdout: io.Discard, Stderr: io.Discard}
	outcomes, status := s.Compute(context.Background(), x)
	if status != Done {
		t.Fatalf("status %d: %+v", status, outcomes)
	}
	run, err := record.LoadRun(x.Runs[0].Dir)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err = run.Evals(); err != nil || len(rows) < 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	b, err := os.ReadFile(filepath.Join(run.Dir, record.EvalFile))
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ = strings.Cut(string(b), "\n")
	return header, rows
}

// Columns of language models are in the records of these, and say what they should.
func TestLanguageColumns(t *testing.T) {
	t.Parallel()
	header, rows := evaluated(t, `data = {kind = "markov", tokens = 200, vocabulary = 4}`)
	if !strings.HasSuffix(header, ",suboptimality,tokens,perplexity") {
		t.Errorf("markov: %s", header)
	}
	first, last := rows[0], rows[len(rows)-1]
	if last.Tokens != last.Samples*6 || last.Samples != 200 || !math.IsNaN(last.BitsPerByte) {
		t.Errorf("markov: %+v", last)
	}
	if d := math.Abs(last.Perplexity/math.Exp(last.TestLoss) - 1); !(d < 1e-12) || !(last.Suboptimality > 0 && last.Suboptimality < first.Suboptimality) {
		t.Errorf("markov: %+v after %+v", last, first)
	}
	header, rows = evaluated(t, `data = "text:a.txt"`)
	last = rows[len(rows)-1]
	if !strings.HasSuffix(header, ",test_loss,tokens,perplexity,bits_per_byte") || math.Abs(last.BitsPerByte*math.Ln2-last.TestLoss) > 1e-12 {
		t.Errorf("text: %s\n%+v", header, last)
	}
	if header, _ = evaluated(t, `data = {kind = "text", path = "a.txt", units = "characters"}`); !strings.HasSuffix(header, ",test_loss,tokens,perplexity") {
		t.Errorf("characters: %s", header)
	}
}
