package sim

// Records name each other by handles, indices into slabs, so that they hold no pointers. Each kind
// of record has a type of its own: the compiler does not let one be taken for another.
type (
	messageHandle int32 // in engine.messages
	partHandle    int32 // in engine.parts
	vectorHandle  int32 // in store.vecs
	letterHandle  int32 // in society.Letters
)

// none is the handle of no message, part or vector; no version, and no place in a ring.
const none = -1
