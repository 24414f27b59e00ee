package hub

import "fmt"

// A ledger counts reads (leases): each ages by one with every update until it is closed.
type ledger struct {
	live  int // reads outstanding
	aged  int // what all reads have aged by
	spent int // what the closed ones had aged by
	wrong string
}

func (l *ledger) open()   { l.live++ }
func (l *ledger) update() { l.aged += l.live }

// reuse opens a read that is old already.
func (l *ledger) reuse(version, read int) { l.live++; l.aged += version - read }

// close ends a read; read -1 is none.
func (l *ledger) close(version, read int) {
	if read >= 0 {
		l.live--
		l.spent += version - read
	}
}

func (l *ledger) misread(worker, version, sent int) {
	if l.wrong == "" {
		l.wrong = fmt.Sprintf("worker %d was delivered version %d, but version %d was on its way (-1: nothing)", worker, version, sent)
	}
}

func (l *ledger) settle() error {
	switch {
	case l.wrong != "":
		return fmt.Errorf("%s", l.wrong)
	case l.live != 0:
		return fmt.Errorf("reads do not balance: %d more were given out than are found or were used", l.live)
	case l.aged != l.spent:
		return fmt.Errorf("staleness is not conserved: reads aged by %d, but those used, void and outstanding had %d", l.aged, l.spent)
	}
	return nil
}
