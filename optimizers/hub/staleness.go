package hub

// staleness is how many updates the server has made since the point was read at which a push's
// oldest gradient was taken; what an Ager says, where the method counts in its own way.
func (h *Hub[F]) staleness(p Header) int {
	if h.ager != nil {
		return h.ager.Age(p.From)
	}
	version, _ := h.book(p.From)
	return version - p.Read
}
