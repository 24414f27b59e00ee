package record

// A Need is something that a run must have for a column to apply; several are joined by |.
type Need uint32

// What columns need. Of several that a run has not, the first is why a column is not there.
const (
	ModelTime    Need = 1 << iota // time passes: staleness is not injected
	Gaps                          // gap and norms are recorded
	FullGradient                  // so is the norm of the full gradient
	Problem                       // something is learnt
	Loss                          // the problem can be evaluated
	TestPart                      // it has samples held out for the end
	HeldOut                       // and for tuning
	Classes                       // it predicts classes
	Minimum                       // its minimum is known
	Replicas                      // workers have variables of their own that are looked at
	ServiceTime                   // the server takes time
	Shards                        // there are several
	ByClass                       // durations depend on the classes of samples
	Faults                        // workers crash, messages get lost
	Tokens                        // samples are windows of tokens
	TextBytes                     // which are the bytes of a text
	Assigned                      // jobs are assigned to clients
)

// Learning is all that a run without a problem has not.
const Learning = Problem | Loss | TestPart | HeldOut | Classes | Minimum | Tokens | TextBytes

// needs says of each need, lowest first, when a run has it and why it has it not.
var needs = []struct{ when, lacking string }{
	{"not where staleness is injected", "where staleness is injected there is no model time"},
	{"with `record.gap`", "record.gap = true writes it"},
	{"with `eval.grad_norm`", "eval.grad_norm = true writes it"},
	{"there is a problem", "there is no problem"},
	{"the problem has a loss", "the problem has no loss"},
	{"there is a test part", "the problem has no test part"},
	{"there is a validation part", "the problem has no validation part"},
	{"the problem has classes", "the problem has no classes"},
	{"the minimum is known", "the least loss of this problem is not known"},
	{"of methods of peers, or what is evaluated is made of the workers' points", "what is evaluated is not made of the workers' points"},
	{"the server's service takes time", "the server's service takes no time"},
	{"there are several shards", "there is one shard"},
	{"with `by_class`", "by_class in a law of compute time writes it"},
	{"with `cluster.faults`", "there are no faults: give cluster.faults"},
	{"of language models", "the problem is no language model"},
	{"of texts by bytes", "the tokens are not the bytes of a text"},
	{"with `cluster.assignment`", "every worker does its own jobs: give cluster.assignment"},
}

// String says when a run has it, as the manual has it.
func (n Need) String() string {
	if n&Loss != 0 {
		n &^= Problem // goes without saying
	}
	if n&TextBytes != 0 {
		n &^= Tokens
	}
	if n&(TestPart|HeldOut|Minimum|Classes|Tokens|TextBytes) != 0 {
		n &^= Problem | Loss
	}
	s := ""
	for i, x := range needs {
		if n>>i&1 != 0 {
			if s != "" {
				s += ", "
			}
			s += x.when
		}
	}
	return s
}

// Lacking says why a run that has this has no column that needs n; "" if it has it.
func (n Need) Lacking(has Need) string {
	for i, x := range needs {
		if (n&^has)>>i&1 != 0 {
			return x.lacking
		}
	}
	return ""
}

// Omitted are the columns of eval.csv and of updates.csv that do not apply to a run: see [Plan].
func Omitted(has Need) (evals, updates []string) {
	return omitted(evalColumns, has), omitted(updateColumns, has)
}

func omitted[R any](cols []column[R], has Need) (names []string) {
	for _, c := range cols {
		if c.When&^has != 0 {
			names = append(names, c.Name)
		}
	}
	return names
}
