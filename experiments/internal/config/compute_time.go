package config

import (
	"fmt"

	"staleness/experiments/internal/fault"
	"staleness/sim/delay"
)

// computeTime is a delay law that may be that of one sample.
type computeTime struct {
	Law       delay.Spec // nil: none
	PerSample bool
}

// FromParam decodes a law, with per beside its own keys.
func (c *computeTime) FromParam(value any) error {
	table, ok := value.(map[string]any)
	if text, is := value.(string); is {
		table, ok = delay.Abbreviated(text), true
	}
	if !ok {
		return fmt.Errorf("want %s", c.Wants())
	}
	law := map[string]any{}
	perSample := false
	for k, v := range table {
		if k != "per" {
			law[k] = v
			continue
		}
		switch v {
		case "gradient":
		case "sample":
			perSample = true
		default:
			return fault.Bad("per", v, `is neither "gradient" nor "sample"`)
		}
	}
	l, err := delay.Laws().Decode("", law)
	if err != nil {
		return err
	}
	*c = computeTime{l.(delay.Spec), perSample}
	return nil
}

// ToParam is the inverse of FromParam.
func (c computeTime) ToParam() any {
	if c.Law == nil {
		return nil
	}
	t := delay.Laws().EncodeApplying(c.Law)
	if c.PerSample {
		t["per"] = "sample"
	}
	return t
}

// Wants says how it is written.
func (computeTime) Wants() string {
	return `a delay law, such as {law = "gamma", mean = "10ms", cv = 0.2}, or a duration`
}
