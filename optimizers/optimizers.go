package optimizers

import "staleness/nets/vec"

// A Strategy is one method at one precision: how to make its halves, and what a driver must know
// about them. Its zero fields are the safe answers.
type Strategy[F vec.Float] struct {
	Worker func(Env[F]) Worker[F]
	Server func(Env[F]) Server[F]

	// what the method prescribes; zero: the run may choose
	Consistency Consistency
	// what a run may choose in its place; nil: nothing
	Also func(Consistency) bool
	// Alone (zero: pushes may not be merged), Mean, Sum
	Combine Combine
	Weight  func(tau int) float64 // scales a push of staleness tau; nil: 1
	// Apply treats coordinates independently: each shard may have a server of its own
	Elementwise bool
	// vectors in a message, back to back, when not 1 (weights and momentum)
	Width int
	// workers compute on while a reply is under way: none can be held back
	Overlaps bool
	// such workers wait in the end, before their next push: so they can be held back after all
	Awaits bool
	// a worker's own variable outlives its pushes: it cannot be interrupted and start again
	Keeps bool
	// a worker's own last push is newer than what it read: staleness is at least 1
	Trails bool
	// workers never push: no update will ever end a run
	Silent bool
	// whether the reply to a push may go to another worker; zero: it may not
	Jobs       Jobs
	MaxWorkers int // 0: any number
	// one worker without delay takes just this rule's steps, to the bit; nil: no such promise
	Serial   RuleConfig
	Rateless bool // it has no rates for a schedule to act on
	// it goes by how long gradients take: it makes no sense where staleness is injected
	Timed bool
	// the server half stands for replicas that live at the workers, and is a Peering: no queue, no
	// NIC
	Peers bool
	// why it cannot be run by so many workers; nil: it always can
	Fits func(workers int) error
	// a round's mean is formed by a ring all-reduce of all workers: no queue, no NIC, no service
	Ring bool
	// what to evaluate; several: mean of predictions; nil: the center
	Models func(center []F, points [][]F) [][]F
	// of several models each has one vote on the class; the loss stays that of the mean
	Vote     bool
	Schedule Schedule // a factor on rates over the run; nil: 1
	// of gradients at the worker, of pushes at the server
	Clip Clip
}

// Env is what a half is told at birth.
type Env[F vec.Float] struct {
	Workers int       // that there are; for a server: that have a job at a time
	ID      int       // of the worker; -1 for a server
	Speed   float64   // nominal speed over that of the fastest worker, in (0, 1]
	Seed    uint64    // for draws of the method's own: see Draw
	Speeds  []float64 // of all workers, for a server; nil: all 1. Not to be kept or changed
	Samples int       // of the training data (N); 0 where there is none, or no simulation
	Batch   int       // samples in a gradient; likewise
	X0      []F       // the start (a server: its slice); not to be kept or changed
}

// A Worker is the half beside the data. Except while it waits it is always computing a gradient at
// Point.
type Worker[F vec.Float] interface {
	// Point is where the next gradient is wanted. Called once per gradient; unchanged until the
	// next Step or Receive.
	Point() []F
	// Step takes the gradient at Point. To push, it leaves the message in g (capacity Width*d) and
	// says Push. Rates are times sched.
	Step(g []F, sched float64) Action
	// Receive takes a reply and may turn v into a push likewise. It comes once before any Step. A
	// Receive that was not asked for is an interrupt: work since the last Push is void. v is lent
	// for the call.
	Receive(v []F) Action
}

// An Action is what a worker does next.
type Action uint8

const (
	Push Action = 1 << iota // send the buffer of this call
	Pull                    // ask for a reply
	Wait                    // idle until it comes; only with Pull
	// with Push|Pull: the reply is read just before the push is applied, not just after
	ReadOld
	Compute  Action = 0
	Exchange        = Push | Pull | Wait
)

// A Server is the half that owns the center variable, or one shard of it.
type Server[F vec.Float] interface {
	Apply(m Message[F]) Verdict // m.Vec is the server's to overwrite until it returns
	// called exactly once per reply, when it is read; may note what it sent
	Reply(dst []F, to int)
	Center() []F // read-only; for records and evaluation; may be computed on demand
}

// A Message is a push as a server sees it.
type Message[F vec.Float] struct {
	From int // worker; -1 if merged
	Vec  []F // the message
	Tau  int // canonical staleness
	N    int // pushes merged in it
	// factor on server rates: that of its last gradient, and where it is merged, of its last push
	// (but see Linear)
	Sched float64
	Loss  float64 // of the last gradient in it; merged: mean
	// how long its gradients took, together; merged: all of them; 0 where there is no time
	Seconds float64
}

// A Verdict is what a server did with a push. Only Applied makes a new version.
type Verdict uint8

const (
	Applied Verdict = iota
	Buffered
	Dropped
)

// Combine says how a consistency may merge pushes.
type Combine uint8

const (
	Alone Combine = iota // not at all: the server needs to know from whom each comes
	Mean
	Sum
)

// Optional interfaces, by type assertion on the half.

// A Dispatcher is a server that chooses what each worker computes: samples lo to hi, instead of the
// next batch. If !ok the reply is held until the next push has been applied.
type Dispatcher interface {
	Portion(to int) (lo, hi int, ok bool)
}

// A Directed worker is told, before each Receive, which samples its server, a Dispatcher, has
// chosen for it: lo to hi, or if hi = 0 its next batch. No staleness can be injected into such a
// method, since a round of portions is a matter of who is done when.
type Directed interface{ Direct(lo, hi int) }

// A Pairer is a worker that may want its next gradient twice: of the same samples at a second point
// as well, for what is left of one sample's noise when it is subtracted. Its method has Width 2 or
// more: Step finds the gradient at Point in g, and the other behind it, in g[d:2d].
//
// The pair is two gradients: it takes twice the time, and is counted as two wherever gradients and
// samples are; the index of its batch and of its times is one. Such a worker is no Planner,
// Borrower or Mover.
type Pairer[F vec.Float] interface {
	// Second is the other point, if there is one. It is asked before each gradient, and what it
	// gives is unchanged until the next Step or Receive. Without a problem y means nothing.
	Second() (y []F, ok bool)
}

// A Roster is a server that goes by who takes part. After Leave a worker does not count until Join:
// anew, and then it is born of the next Reply to it; or with all it had, and then as it was. A push
// of one who has left may still come. All of Env.Workers take part at first, and nobody calls
// Join for it.
type Roster interface {
	Leave(worker int)
	Join(worker int, anew bool)
}

// A Breaker is a server that works in rounds. Asked after each push that was applied, it says
// whether that ended one: gradients of older points, this push's center being the first new one,
// are then refused and, under Rounds, stopped.
type Breaker interface{ Breaks() bool }

// A Peering is a server half that stands for replicas: the i-th lives at worker i. Apply is what
// happens where a worker and its partner meet; Reply is a copy of the worker's own replica, read at
// the worker when it is wanted; Center is the mean. Each replica has versions of its own, and a
// push rests on one of its worker's.
type Peering[F vec.Float] interface {
	Server[F]
	// Partner is with whom a worker exchanges by the push that it sends now: it takes effect when
	// it has come there. From itself: at once, at home.
	Partner(from int) int
	// Changed lists the replicas that the last Apply or Hear changed, each as often as it did, and
	// is lent until the next.
	Changed() []int
	Replica(i int) []F // read-only
}

// A Correspondent is a Peering that also sends letters: copies of a vector on their way from one
// worker to another, for which nobody waits at the sender's.
type Correspondent[F vec.Float] interface {
	Peering[F]
	// Letters lists, after an Apply of a push of a worker, to whom it sends a letter; lent.
	Letters(from int) []int
	Letter(dst []F, from int)      // what is in each
	Hear(to, from int, letter []F) // a letter arrives: those of a pair in the order of sending
}

// An Ager is a server that counts staleness itself: how often what worker from has read was changed
// since.
type Ager interface{ Age(from int) int }

// A Clocked worker is told, before each Receive, the clock of the slowest worker when the reply was
// read.
type Clocked interface{ SetClock(slowest int) }

// A Holder is a worker whose own variable x_i is not always where its next gradient is taken.
// Variable is x_i, for evaluation: read-only, unchanged until the next Step or Receive. Without it:
// Point.
type Holder[F vec.Float] interface{ Variable() []F }

// A Planner is a worker that knows when it will next speak: Horizon is the exact number of Step
// calls up to and with the one that returns a non-empty Action. A driver may then run that many
// steps as one task. Without it: 1.
type Planner interface{ Horizon() int }

// A Patient worker gives up a gradient that takes more than Patience, in ns (0: none). At the
// beginning of each gradient it is told by Lapse whether this one will: its time then ends with the
// patience, and what Step is given is not to be used. It is no Planner.
type Patient interface {
	Patience() int64
	Lapse(will bool)
}

// A Borrower is a worker that computes at the very vector it was sent, which saves the copy: the
// driver calls Borrow in place of Receive. v is shared and read-only, and stays valid until the
// next Borrow returns or a Move gives it back. The field that keeps it is tagged `state:"-"`; when
// a checkpoint is loaded the driver lends v again, then puts the worker's own state back.
type Borrower[F vec.Float] interface{ Borrow(v []F) }

// A Stateless worker does the same whatever it is told, as long as vectors have no elements. One
// stands for all workers of which Behaviour is the same, a comparable value.
type Stateless interface{ Behaviour() any }

// A Mover is a worker whose next step may be plain: it looks at the gradient in a Move alone. If
// ok, the driver makes the Move itself, once it has the gradient at From, and calls Moved in place
// of Step: some problems move within the products that make the gradient. buf is Step's g; where
// the Move was to the message it holds that, else what it holds means nothing.
//
// room, if not nil, is the memory of the message, which nobody else needs before that is sent. A
// worker may move there and on from there, by Moves alone, until it next speaks; then it is no
// longer its.
type Mover[F vec.Float] interface {
	Move(room []F, sched float64) (m Move[F], ok bool)
	Moved(buf []F, sched float64) Action
}

// A Move is a plain step out of Point, with the bits of vec.AxpyTo(To, -Rate, g, From) and, if
// there is a Base, vec.Sub(To, To, Base).
type Move[F vec.Float] struct {
	Rate F
	From []F // Point
	// may be From or room; nil: the message, and then Point means nothing until the next reply
	To   []F
	Base []F // nil: none
	// what was borrowed is given back, once it has been read: the message may be written over it
	Returns bool
}

// A Uniform server sends everybody the same: Reply(dst, to) is a copy of Center and changes
// nothing, so one snapshot per version serves all who read it.
type Uniform interface{ Uniform() }

// A Linear server steps by m.Sched times something linear in m.Vec, if it says so. Then pushes that
// are merged keep a factor each.
type Linear interface{ Linear() bool }

// A Versioner is a Uniform server that can put the center it makes beside the one before, so that
// versions need no copies. ApplyTo is Apply, bit for bit, but for where the new center is written:
// to next, which is Center from then on. What was the center stays as it is. next is as long as the
// center and may be m.Vec itself; it is lent until the next ApplyTo that makes an update, and
// neither half nor driver writes to it meanwhile. If the verdict is not Applied, the center
// remains, and what next holds means nothing.
type Versioner[F vec.Float] interface {
	Uniform
	ApplyTo(next []F, m Message[F]) Verdict
}

// A Recaller is a server whose Reply notes what it sends each worker, for the push that will rest
// on it. Under a driver that has several reads of one worker under way, the note is of the last of
// them; Recall puts it right before any other push: v is what worker to was sent. A server whose
// Reply depends on the worker in no way may have a Recall that does nothing.
type Recaller[F vec.Float] interface{ Recall(to int, v []F) }

// Facts are what the manual's table of methods says of one and its code does not show. A method
// declares them in its own file.
type Facts struct {
	Staleness string // what it makes of staleness; "": nothing
	Momentum  string // where it has one; "": none of its own
	Up, Down  string // what a message holds
	Memory    string // what a server comes to keep beside what it has at birth
	// keys that are whole numbers and say how far vectors move, not who sends what when
	Scales []string
}

// A Factual method states its Facts.
type Factual interface{ Facts() Facts }
