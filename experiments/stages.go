package experiments

import (
	"fmt"
	"time"
)

// slowStage is how long something may take before it says what it is.
var slowStage = 2 * time.Second

// stage says what the session does now if that takes long, so that nobody waits before a dark window. The function that it returns ends
// the stage.
func (s *Session) stage(what string) (end func()) {
	told := s.told
	t := time.AfterFunc(slowStage, func() {
		if told != nil {
			told.say("%s ...", what)
		} else {
			fmt.Fprintf(s.Stderr, "%s ...\n", what)
		}
	})
	return func() { t.Stop() }
}
