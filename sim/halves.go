package sim

import "staleness/optimizers"

// Who has which half.

// desk is where worker i finds its half and its task.
func (s *core[F]) desk(i int) int {
	if s.desks == nil {
		return i
	}
	return int(s.desks[i])
}

// common is the half that stands for those of all desks, if only time passes and one can; or nil.
func (s *core[F]) common(desks int) []optimizers.Worker[F] {
	if s.c.Problem != nil {
		return nil
	}
	var all []optimizers.Worker[F]
	for i := range desks {
		half := s.c.Strategy.Worker(s.env(i))
		one, ok := half.(optimizers.Stateless)
		switch {
		case !ok, i > 0 && one.Behaviour() != all[0].(optimizers.Stateless).Behaviour():
			return nil
		case i == 0:
			all = append(all, half)
		}
	}
	return all
}

// traits are optional interfaces of which some halves are: what none is, is not looked for.
type traits struct{ clocked, borrower, patient bool }

func (s *core[F]) traits() (t traits) {
	for _, half := range s.halves {
		_, clocked := half.(optimizers.Clocked)
		_, borrower := half.(optimizers.Borrower[F])
		_, patient := half.(optimizers.Patient)
		t = traits{t.clocked || clocked, t.borrower || borrower, t.patient || patient}
	}
	return t
}

// half is that of worker i.
func (s *core[F]) half(i int) optimizers.Worker[F] {
	if len(s.halves) == 1 {
		return s.halves[0]
	}
	return s.halves[s.desk(i)]
}
