package optimizers_test

import (
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/optimizertest"
)

// Methods that are one method by another name, or one whose steps are taken by the other half, are
// equal under every schedule.
func TestEqualMethods(t *testing.T) {
	serving := o.Serving{ServerRate: 1, Weight: o.NoWeight{}}
	weighed := o.Serving{ServerRate: .5, Weight: o.Polynomial{A: .5}}
	downpour := o.Downpour{Form: "easgd", Window: 1, NPush: 1, NFetch: 1, Server: "add", Epsilon: 1e-7, Local: plain, Variant: "paper", Serving: serving}
	overlap := downpour
	overlap.Overlap = true
	weighedDownpour := downpour
	weighedDownpour.Serving = weighed
	local := func(state string) o.LocalSGD {
		return o.LocalSGD{Window: 1, State: state, Local: plain, Reduction: o.ByServer()}
	}
	asgd := o.ASGD{Rate: eta, Order: "commit-pull", Serving: serving}
	for name, methods := range map[string][]o.Method{
		"asynchronous": {asgd, o.Hogwild{Rate: eta}, downpour, o.AGN{Window: 1, Local: plain, Serving: serving}},
		"own read":     {o.ASGD{Rate: eta, Order: "pull-commit", Serving: serving}, overlap},
		"weighed":      {o.ASGD{Rate: eta, Order: "commit-pull", Serving: weighed}, weighedDownpour, o.AGN{Window: 1, Local: plain, Serving: weighed}},
		"divided":      {o.ASGD{Rate: eta, Order: "commit-pull", Serving: o.Serving{ServerRate: 1, Weight: o.InversePlusOne{}}}, o.DynSGD{Window: 1, Local: plain, ServerRate: 1}},
		"rounds":       {o.Sync{Rate: eta, Reduce: "mean", Reduction: o.ByServer()}, local("keep"), local("reset"), local("average"), downpour, asgd},
		"buffered":     {o.FedBuff{Buffer: 3, Window: 1, Local: plain, Serving: weighed}, o.ASGD{Rate: eta, Order: "commit-pull", Serving: weighed}},
		"bounded":      {o.Ringmaster{Rate: eta, Form: "plain", Limit: 3, Stops: true}, asgd, downpour},
	} {
		t.Run(name, func(t *testing.T) {
			specs := make([]o.Spec, len(methods))
			for i, m := range methods {
				specs[i] = o.Spec{Method: m}
			}
			optimizertest.TestEqual(t, specs...)
		})
	}
}
