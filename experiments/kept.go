package experiments

import (
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"staleness/experiments/internal/config"
	"staleness/internal/files"
	"staleness/internal/params"
	"staleness/sim/record"
)

// A keptRun is a finished run that kept its state (-keep). A run that is the same but for a later
// stop goes on from there, to the bits that it would have had from the beginning: a stop changes
// nothing that comes before it.
type keptRun struct {
	dir  string
	id   string
	stop config.Stop
}

// findKept lists the runs that can be continued, by what they are but for their stop; of several
// alike the last.
func findKept(x *Experiment) map[string]*keptRun {
	found := map[string]*keptRun{}
	states, err := filepath.Glob(filepath.Join(x.Runs[0].home(), "*", record.KeptFile))
	if err != nil {
		return found
	}
	for _, f := range states {
		s := &keptRun{dir: filepath.Dir(f), stop: config.DefaultStop()}
		s.id = filepath.Base(s.dir)
		text, err := files.Read(filepath.Join(s.dir, record.ConfigFile))
		var table map[string]any
		if err == nil {
			err = toml.Unmarshal(text, &table)
		}
		stop, ok := table["stop"].(map[string]any)
		if err != nil || !ok || params.Decode("stop", stop, &s.stop) != nil {
			continue // damaged: whoever asks for that run itself is told
		}
		key := withoutStop(string(text))
		if other := found[key]; other == nil || s.stop.After(other.stop) {
			found[key] = s
		}
	}
	return found
}

// withoutStop is what a run.toml says without its name, its stop and its labels.
func withoutStop(text string) string {
	var b strings.Builder
	section := ""
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "[") {
			section = strings.TrimSpace(line)
		}
		if section == "[stop]" || section == "[labels]" || section == "" && strings.HasPrefix(line, "name = ") {
			continue
		}
		b.WriteString(line)
	}
	return strings.TrimSpace(b.String())
}

// before is the kept run if run r stops later, else nil.
func (s *keptRun) before(r *PlannedRun) *keptRun {
	if s == nil || s.id == r.ID || !r.config.Stop.After(s.stop) {
		return nil
	}
	return s
}

// leaveState puts its state into the folder of a run that is to go on from it.
func (s *keptRun) leaveState(dir string) error { return record.Plant(s.dir, dir) }
