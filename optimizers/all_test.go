package optimizers_test

import (
	"testing"

	"staleness/optimizers"
	"staleness/optimizers/optimizertest"
)

func TestEveryMethod(t *testing.T) {
	for _, name := range optimizers.Strategies().Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			optimizertest.Test(t, name)
		})
	}
}
