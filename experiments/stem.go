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

// A stem is a finished run that kept its state (-keep). A run that is the same but for a later stop goes on from there,
// to the bits that it would have had from the beginning: a stop changes nothing that comes before it.
type stem struct {
	dir  string
	id   string
	stop config.Stop
}

// findStems lists the runs that can be continued, by trunk; of several with one trunk the last.
func findStems(x *Experiment) map[string]*stem {
	stems := map[string]*stem{}
	states, err := filepath.Glob(filepath.Join(x.Runs[0].home(), "*", record.KeptFile))
	if err != nil {
		return stems
	}
	for _, f := range states {
		s := &stem{dir: filepath.Dir(f), stop: config.DefaultStop()}
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
		key := trunk(string(text))
		if other := stems[key]; other == nil || s.stop.After(other.stop) {
			stems[key] = s
		}
	}
	return stems
}

// trunk is what a run.toml says without its name, its stop and its labels.
func trunk(text string) string {
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

// before is the stem if run r stops later, else nil.
func (s *stem) before(r *Run) *stem {
	if s == nil || s.id == r.ID || !r.config.Stop.After(s.stop) {
		return nil
	}
	return s
}

// plant puts the stem's state into the folder of a run that is to go on from it.
func (s *stem) plant(dir string) error { return record.Plant(s.dir, dir) }
