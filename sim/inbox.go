package sim

// Replies that cannot be taken in when they come: a gradient is under way, or the worker is down.

// doorstep keeps a reply for a worker that cannot take it in now.
func (s *engine[F]) doorstep(i int, m messageHandle) {
	if s.inbox == nil {
		s.inbox = make([][]messageHandle, s.workers)
	}
	s.inbox[i] = append(s.inbox[i], m)
}

// emptyInbox takes out what a worker has not taken in; it is lent until there is more.
func (s *engine[F]) emptyInbox(i int) []messageHandle {
	if s.inbox == nil {
		return nil
	}
	list := s.inbox[i]
	s.inbox[i] = list[:0]
	return list
}
