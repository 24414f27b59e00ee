package optimizers

// BulkSynchronous is the kind bsp: see BSP.
type BulkSynchronous struct{}

// Among implements ConsistencyKind.
func (BulkSynchronous) Among(int) (Consistency, error) { return BSP(), nil }

func init() {
	RegisterConsistency("bsp", "rounds: one push of each worker makes one update", "Valiant 1990", BulkSynchronous{})
}
