package config

import (
	"fmt"

	"staleness/experiments/internal/fault"
	"staleness/internal/params"
	"staleness/sim/delay"
)

// computeTime is a delay law that may be that of one sample, and depend on the classes of samples.
type computeTime struct {
	Law       delay.Spec // nil: none
	PerSample bool
	ByClass   []float64 // factors by the class of samples; nil: none
}

// FromParam decodes a law, with per and by_class beside its own keys.
func (c *computeTime) FromParam(value any) error {
	table, ok := value.(map[string]any)
	if text, is := value.(string); is {
		table, ok = delay.Abbreviated(text), true
	}
	if !ok {
		return fmt.Errorf("want %s", c.Wants())
	}
	law := map[string]any{}
	var own struct {
		ByClass []float64 `in:"(0,1e9]" len:"[1,1000000]"`
	}
	perSample := false
	for k, v := range table {
		switch k {
		case "per":
			if perSample = v == "sample"; !perSample && v != "gradient" {
				return fault.Bad("per", v, `is neither "gradient" nor "sample"`)
			}
		case "by_class":
			if err := params.Decode("", map[string]any{k: v}, &own); err != nil {
				return err
			}
		default:
			law[k] = v
		}
	}
	l, err := delay.Laws().Decode("", law)
	if err != nil {
		return err
	}
	*c = computeTime{l.(delay.Spec), perSample, own.ByClass}
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
	if c.ByClass != nil {
		list := make([]any, len(c.ByClass))
		for i, x := range c.ByClass {
			list[i] = x
		}
		t["by_class"] = list
	}
	return t
}

// Wants says how it is written.
func (computeTime) Wants() string {
	return `a delay law, such as {law = "gamma", mean = "10ms", cv = 0.2}, or a duration`
}
