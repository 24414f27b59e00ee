package config

import (
	"fmt"
	"slices"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// Tree is everything that can change the record of a run, data by content: what the run-id hashes.
func (c *Config) Tree() map[string]any {
	t := c.Tables()
	// runs without them keep the ids that they had before these keys were known
	r := t["record"].(map[string]any)
	if !c.Record.Model {
		delete(r, "model")
	}
	if !c.Record.Trace {
		delete(r, "trace")
	}
	if cluster, ok := t["cluster"].(map[string]any)["server"].(map[string]any); ok {
		for k, v := range params.Encode(DefaultCluster().Server) {
			if slices.Contains([]string{"per_byte", "nic_queue", "torn"}, k) && cluster[k] == v {
				delete(cluster, k)
			}
		}
	}
	if method, _ := t["strategy"].(map[string]any); method["reduce_cost"] == "server" {
		delete(method, "reduce_cost")
	}
	if k, _ := t["cluster"].(map[string]any); !c.Cluster.Assigned() {
		delete(k, "assignment")
	}
	for _, law := range filesIn(t["cluster"]) {
		if h, ok := c.lawHashes[law["file"].(string)]; ok {
			law["file"] = h
		}
	}
	if g, _ := t["strategy"].(map[string]any)["graph"].(map[string]any); g["kind"] == "file" {
		g["path"] = c.lawHashes[g["path"].(string)]
	}
	if k, _ := t["cluster"].(map[string]any); k["replay"] != nil && c.Cluster.Replay != nil {
		k["replay"] = c.lawHashes[*c.Cluster.Replay]
	}
	if p := t["problem"].(map[string]any); c.DataHash != "" {
		p["data"] = c.DataHash
		if _, isSource := p["test"].(map[string]any); isSource {
			delete(p, "test")
		}
	}
	return t
}

// Tables is the run as sections, nothing left to defaults: what the run-id hashes, where a key that
// means nothing has its default.
func (c *Config) Tables() map[string]any {
	return c.encode(params.Encode, (*params.Registry).Encode, optimizers.Spec.Encode)
}

// Applying is the run as sections, without the keys that mean nothing to it: what can be read
// again.
func (c *Config) Applying() map[string]any {
	t := c.encode(params.EncodeApplying, (*params.Registry).EncodeApplying, optimizers.Spec.EncodeApplying)
	c.dropIdle(t)
	return t
}

func (c *Config) encode(plain func(any) map[string]any, kind func(*params.Registry, any) map[string]any, method func(optimizers.Spec) map[string]any) map[string]any {
	t := map[string]any{
		"seed": c.Seed, "stop": plain(c.Stop), "eval": plain(c.Eval), "record": plain(c.Record),
		"strategy": method(c.Strategy), "problem": map[string]any{"kind": NoProblem},
	}
	if s := plain(c.Seeds); len(s) > 0 {
		t["seeds"] = s
	}
	if c.Problem != nil {
		t["problem"] = kind(nets.Kinds(), c.Problem)
	}
	if c.Consistency != nil {
		t["consistency"] = kind(optimizers.Consistencies(), c.Consistency)
	}
	if c.Staleness != nil {
		t["staleness"] = kind(delay.CountLaws(), c.Staleness)
		t["cluster"] = map[string]any{"workers": int64(c.Cluster.Workers)}
	} else {
		t["cluster"] = plain(c.Cluster)
	}
	return t
}

// TOML is run.toml: the run, itself runnable, with the name of its experiment and its labels.
func (c *Config) TOML(name string, labels map[string]string) string {
	var b strings.Builder
	t := c.Applying()
	Absolute(t["problem"], c.Dir)
	fmt.Fprintf(&b, "name = %s\nseed = %d\n", document.Literal(name), c.Seed)
	for _, s := range sections {
		if table, ok := t[s].(map[string]any); ok {
			document.WriteSection(&b, s, table)
		}
	}
	if w := c.Provenance(); w != nil {
		document.WriteSection(&b, "written", w)
	}
	if len(labels) > 0 {
		l := map[string]any{}
		for k, v := range labels {
			l[k] = v
		}
		document.WriteSection(&b, "labels", l)
	}
	return b.String()
}

// Provenance is [written] of run.toml: what numbers came from. It is no part of the run-id.
func (c *Config) Provenance() map[string]any {
	if len(c.written) == 0 {
		return nil
	}
	w := map[string]any{}
	for path, text := range c.written {
		w[path] = text
	}
	return w
}
