package optimizers

// Asynchronous is the kind async: see Async.
type Asynchronous struct{}

// Among implements ConsistencyKind.
func (Asynchronous) Among(int) (Consistency, error) { return Async(), nil }

func init() {
	RegisterConsistency("async", "each push is applied and answered at once", "", Asynchronous{})
}
