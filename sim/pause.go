package sim

// Pauses: a worker or the server stands still for a while and loses nothing.

// pause lets a worker stand still. One that is paused already goes on at the later of both ends.
func (s *engine[F]) pause(i int, d int64) {
	w, f := &s.fleet[i], &s.faults.Workers[i]
	if f.State == present {
		f.State = paused
		if w.State == computing {
			if s.trace != nil {
				s.trace.computed(i, s.now, false)
			}
			if f.Rest = f.Ends; f.Ends != endOfTime {
				f.Rest -= s.now
			}
			w.Gen++ // the end that was planned is void
		}
		s.set(i, down)
	}
	f.Until = max(f.Until, later(s.now, d))
	s.queue.push(f.Until, i, onWorld, unpaused)
}

// resume lets a worker go on when its pause is over.
func (s *engine[F]) resume(i int) {
	w, f := &s.fleet[i], &s.faults.Workers[i]
	if f.State != paused || s.now < f.Until {
		return
	}
	f.State = present
	if f.Rest == none {
		s.set(i, waiting)
	} else {
		f.Ends, f.Rest = later(s.now, f.Rest), none
		if f.Ends != endOfTime {
			s.queue.push(f.Ends, i, onStep, w.Gen)
		}
		s.set(i, computing)
		if s.trace != nil {
			s.legs.Began[i] = s.now
		}
	}
	s.openDoor(i)
}

// shut lets every shard stand still: at once, or when it has served whom it serves. A pause in a
// pause comes after it.
func (s *engine[F]) shut(d int64) {
	for shard := range s.servers {
		v := &s.servers[shard]
		v.pauses = append(v.pauses, d)
		if v.free() && !v.shut {
			s.next(shard)
		}
	}
}

// reopen ends a pause of a shard.
func (s *engine[F]) reopen(shard int) {
	s.servers[shard].shut = false
	s.next(shard)
}

// next lets a free shard pause, if it is to, or serve whoever waits.
func (s *engine[F]) next(shard int) {
	v := &s.servers[shard]
	if n := len(v.pauses); n > 0 {
		if !v.free() { // it pauses when all that it serves has left
			return
		}
		d := v.pauses[0]
		v.pauses = append(v.pauses[:0], v.pauses[1:]...)
		v.shut = true
		s.queue.push(later(s.now, d), nobody, onWorld, reopened|uint32(shard))
		return
	}
	for s.fair() && v.line.len() > 0 {
		v.advance(s.now)
		s.enter(shard, v.line.pop(s.keys.queue, shard))
	}
	if v.line.len() > 0 {
		v.advance(s.now)
		s.serve(v.line.pop(s.keys.queue, shard))
	}
}
