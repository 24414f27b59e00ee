package sim

// read fills hub j's part of a reply. kept: it was read earlier, just before the worker's own push.
func (s *engine[F]) read(m messageHandle, j int, kept bool) {
	g, h := &s.messages[m], s.hubs[j]
	i := s.seat(m)
	first := g.Undue == int16(s.shards) && g.Reply == none
	if !kept {
		g.Read = s.now
	}
	var version, clock int
	switch {
	case !s.real:
		version, clock = h.Reply(nil, i)
	case s.uniform && !kept:
		g.Reply = s.snapshot()
		version, clock = h.Read(i)
	case s.versions: // kept by this engine
		g.Reply, s.holds[i].Old = s.holds[i].Old, none
		version, clock = h.Read(i)
	default:
		if g.Reply == none {
			g.Reply, _ = s.store.take()
		}
		x := s.store.at(g.Reply)
		version, clock = h.Reply(s.gather(x, j), i)
		if len(s.hubs) > 1 && s.width > 1 {
			s.scatter(x, j)
		}
	}
	s.parts[s.number(m, j)].Reply = int64(version)
	if first || int64(clock) < g.Clock {
		g.Clock = int64(clock)
	}
	if s.gap {
		s.readBase(m, j, kept)
	}
}

// scatter puts the scratch part of hub j back into a message of several vectors.
func (s *engine[F]) scatter(x []F, j int) {
	from := s.scratch.part
	n := s.bounds[j+1] - s.bounds[j]
	for k := range s.width {
		copy(x[k*s.dim+s.bounds[j]:], from[k*n:(k+1)*n])
	}
}

// readBase keeps the center that a reply shows.
func (s *engine[F]) readBase(m messageHandle, j int, kept bool) {
	g := &s.messages[m]
	x := &s.holds[s.seat(m)]
	switch {
	case s.peering != nil:
		g.ReplyBase = s.store.ref(g.Reply)
	case kept && s.versions:
		g.ReplyBase = s.store.ref(g.Reply)
	case kept && len(s.hubs) == 1:
		g.ReplyBase, x.Old = x.Old, none
	case len(s.hubs) == 1:
		g.ReplyBase = s.snapshot()
	default:
		if g.ReplyBase == none {
			g.ReplyBase, _ = s.store.take()
		}
		from := s.hubs[j].Center()
		if kept {
			from = s.slice(s.store.at(x.Old), j)
		}
		copy(s.slice(s.store.at(g.ReplyBase), j), from)
	}
}
