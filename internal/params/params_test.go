package params

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

type opt interface{ opt() }

type plain struct {
	Rate float64 `doc:"step size" in:"(0,)"`
}

type heavy struct {
	Rate     float64 `doc:"step size" in:"(0,)"`
	Momentum float64 `doc:"momentum" in:"[0,1)"`
}

func (plain) opt() {}
func (heavy) opt() {}

type shared struct {
	Seed uint64 `doc:"of the draws"`
}

type everything struct {
	shared
	On      bool          `doc:"a switch"`
	NPush   int           `doc:"steps between pushes" in:"[1,)"`
	Mode    string        `doc:"what to do" in:"mean|sum"`
	Free    string        `doc:"anything"`
	Delay   time.Duration `doc:"a time" in:"[0,1h]"`
	Link    Bandwidth     `doc:"a link"`
	Bytes   Size          `doc:"a size" in:"[0,1e9]"`
	Hidden  []int         `doc:"layers" in:"[1,)" len:"[0,3]"`
	Names   []string      `doc:"words"`
	Beta    *float64      `doc:"optional" in:"(0,1]"`
	Local   opt           `doc:"optimizer"`
	Many    []opt         `doc:"optimizers"`
	Inner   heavy         `doc:"a table"`
	Tables  []heavy       `doc:"tables"`
	Tau     int           `doc:"a choice" in:"0|[4,8]|16"`
	Forever float64       `doc:"may be infinite" in:"[0,inf]"`
	Any     any           `doc:"whatever"`
	Half    half          `doc:"custom"`
	Odd     string        `doc:"renamed" key:"x0"`
}

// half takes a whole number or "full".
type half struct{ n int }

func (h *half) FromParam(v any) error {
	switch v := v.(type) {
	case int64:
		h.n = int(v)
	case string:
		if v != "full" {
			return errors.New(`want a number or "full"`)
		}
		h.n = -1
	default:
		return errors.New(`want a number or "full"`)
	}
	return nil
}

func (h half) ToParam() any {
	if h.n < 0 {
		return "full"
	}
	return int64(h.n)
}

type pair struct {
	Alpha float64 `doc:"one"`
	Beta  float64 `doc:"or the other"`
}

func (p pair) Validate() error {
	if (p.Alpha != 0) == (p.Beta != 0) {
		return Errorf("beta", "give alpha or beta, exactly one")
	}
	return nil
}

type needy struct {
	Data string `doc:"the data set" required:""`
}

var (
	opts  = Serve[opt](New("local optimizer", "kind"))
	kinds = New("strategy", "kind")
)

func init() {
	opts.Add(Entry{Name: "sgd", Doc: "plain", Defaults: plain{.1}})
	opts.Add(Entry{Name: "momentum", Doc: "heavy ball", Source: "Polyak 1964", Defaults: heavy{.1, .9}})
	kinds.Add(Entry{Name: "everything", Doc: "all kinds of field", Defaults: everything{NPush: 1, Mode: "mean", Local: plain{.5}, Inner: heavy{1, .5}}})
	kinds.Add(Entry{Name: "pair", Doc: "a condition on two fields", Defaults: pair{}})
	kinds.Add(Entry{Name: "needy", Doc: "a required key", Defaults: needy{}})
}

type tab = map[string]any

func TestDecodeEverything(t *testing.T) {
	got, err := kinds.Decode("strategy", tab{
		"kind": "everything", "seed": int64(7), "on": true, "n_push": int64(3), "mode": "sum", "free": "x", "delay": "10ms", "link": "1Gbit/s",
		"bytes": "4MB", "hidden": []any{int64(2), int64(3)}, "names": []any{"a"}, "beta": .5, "tau": int64(16), "forever": math.Inf(1),
		"local": tab{"kind": "momentum", "rate": int64(2)}, "many": []any{tab{"kind": "sgd"}, "momentum"},
		"inner": tab{"rate": 2.}, "tables": []tab{{"rate": 3., "momentum": .1}}, "any": int64(1), "half": "full", "x0": "odd",
	})
	if err != nil {
		t.Fatal(err)
	}
	half2 := .5
	want := everything{shared{7}, true, 3, "sum", "x", 10 * time.Millisecond, 125e6, 4e6, []int{2, 3}, []string{"a"}, &half2, heavy{2, .9},
		[]opt{plain{.1}, heavy{.1, .9}}, heavy{2, .5}, []heavy{{3, .1}}, 16, math.Inf(1), int64(1), half{-1}, "odd"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	again, err := kinds.Decode("strategy", kinds.Encode(got))
	if err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("encoded and decoded: %+v, %v", again, err)
	}
}

func TestDefaultsStay(t *testing.T) {
	for range 2 {
		got, err := kinds.Decode("s", tab{"kind": "everything", "local": tab{"rate": .25}, "inner": tab{"momentum": 0.}})
		if err != nil {
			t.Fatal(err)
		}
		e := got.(everything)
		if e.Local != opt(plain{.25}) || e.Inner != (heavy{1, 0}) || e.NPush != 1 {
			t.Errorf("got %+v", e)
		}
		if _, err := kinds.Decode("s", tab{"kind": "everything", "inner": tab{"rate": 3.}, "hidden": []any{int64(1)}}); err != nil {
			t.Fatal(err)
		}
	}
	dst := heavy{1, .5}
	if err := Decode("inner", tab{"momentum": .1, "rate": -1.}, &dst); err == nil || dst != (heavy{1, .5}) {
		t.Errorf("a refused table was half adopted: %+v, %v", dst, err)
	}
}

func TestErrors(t *testing.T) {
	e := func(kv ...any) tab {
		m := tab{"kind": "everything"}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i].(string)] = kv[i+1]
		}
		return m
	}
	for _, c := range []struct {
		in    tab
		path  string
		parts []string
	}{
		{tab{}, "s.kind", []string{"missing", "everything, needy, pair"}},
		{tab{"kind": int64(3)}, "s.kind", []string{"= 3", "name of a strategy"}},
		{tab{"kind": "everythin"}, "s.kind", []string{`did you mean "everything"`}},
		{tab{"kind": "zzz"}, "s.kind", []string{"known: everything"}},
		{e("n_pusj", int64(1)), "s.n_pusj", []string{`unknown key of "everything"`, `did you mean "n_push"`}},
		{e("n_push", int64(0)), "s.n_push", []string{"= 0", "outside [1,)", "steps between pushes"}},
		{e("n_push", 1.5), "s.n_push", []string{"= 1.5", "whole number"}},
		{e("n_push", "1"), "s.n_push", []string{`= "1"`}},
		{e("seed", int64(-1)), "s.seed", []string{"not negative"}},
		{e("mode", "meen"), "s.mode", []string{"mean, sum", `did you mean "mean"`}},
		{e("delay", int64(10)), "s.delay", []string{"unit"}},
		{e("delay", "10"), "s.delay", []string{"unit"}},
		{e("delay", "-10ms"), "s.delay", []string{"outside"}},
		{e("link", "1GB"), "s.link", []string{"bandwidth"}},
		{e("link", "0bit/s"), "s.link", []string{"above 0"}},
		{e("bytes", "4Mbit"), "s.bytes", []string{"size"}},
		{e("bytes", "2GB"), "s.bytes", []string{"outside"}},
		{e("bytes", ".5B"), "s.bytes", []string{"whole"}},
		{e("hidden", int64(3)), "s.hidden", []string{"a list, each element a whole number"}},
		{e("hidden", []any{int64(3), int64(0)}), "s.hidden[1]", []string{"= 0", "layers"}},
		{e("hidden", []any{int64(3), "x"}), "s.hidden[1]", []string{"whole number", "layers"}},
		{e("hidden", []any{int64(1), int64(1), int64(1), int64(1)}), "s.hidden", []string{"4 elements, want [0,3]"}},
		{e("beta", math.NaN()), "s.beta", []string{"not a number"}},
		{e("beta", 2.), "s.beta", []string{"outside (0,1]"}},
		{e("tau", int64(3)), "s.tau", []string{"0|[4,8]|16"}},
		{e("local", tab{"kind": "momentum", "momentum": 1.}), "s.local.momentum", []string{"= 1", "[0,1)", "Polyak 1964"}},
		{e("local", tab{"kind": "adam"}), "s.local.kind", []string{`unknown local optimizer "adam"`, "momentum, sgd"}},
		{e("local", int64(3)), "s.local", []string{"local optimizer", "momentum, sgd", "optimizer"}},
		{e("many", []any{tab{"kind": "sgd", "rate": math.Inf(1)}}), "s.many[0].rate", []string{"outside (0,)"}},
		{tab{"kind": "pair", "alpha": math.Inf(1)}, "s.alpha", []string{"not finite"}},
		{e("inner", tab{"rate": "0.1"}), "s.inner.rate", []string{"want a number"}},
		{e("inner", true), "s.inner", []string{"want a table"}},
		{e("half", "third"), "s.half", []string{`"full"`}},
		{e("any", nil), "s.any", []string{"nothing"}},
		{tab{"kind": "pair", "alpha": 1., "beta": 1.}, "s.beta", []string{"exactly one"}},
		{tab{"kind": "needy"}, "s.data", []string{"missing", "the data set"}},
	} {
		got, err := kinds.Decode("s", c.in)
		var pe *Error
		if !errors.As(err, &pe) {
			t.Errorf("%v: accepted as %+v, or no *Error: %v", c.in, got, err)
			continue
		}
		if pe.Path != c.path {
			t.Errorf("%v: path %q, want %q (%v)", c.in, pe.Path, c.path, err)
		}
		for _, p := range c.parts {
			if !strings.Contains(err.Error(), p) {
				t.Errorf("%v: %q does not say %q", c.in, err, p)
			}
		}
	}
}

func TestUnits(t *testing.T) {
	for text, want := range map[string]float64{"1Gbit/s": 125e6, "100MB/s": 1e8, "8bit/s": 1, "1 KiB/s": 1024, "2.5kB/s": 2500, "unlimited": 0} {
		var b Bandwidth
		if err := b.UnmarshalText([]byte(text)); err != nil || float64(b) != want {
			t.Errorf("%s: %v, %v", text, float64(b), err)
		}
		var again Bandwidth
		if err := again.UnmarshalText([]byte(b.String())); err != nil || again != b {
			t.Errorf("%s is written %s and read %v, %v", text, b, again, err)
		}
	}
	for text, want := range map[string]Size{"4MB": 4e6, "4MiB": 4 << 20, "0B": 0, "1.5kB": 1500, "7B": 7} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s: %v, %v", text, s, err)
		}
		var again Size
		if err := again.UnmarshalText([]byte(s.String())); err != nil || again != s {
			t.Errorf("%s is written %s and read %v, %v", text, s, again, err)
		}
	}
	for _, bad := range []string{"", "B", "4", "4 M", "nanB", "0x1p3B", "1e400B", "-1B", "infB", "1_000B"} {
		if err := new(Size).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("size %q accepted", bad)
		}
	}
}

func TestKey(t *testing.T) {
	for name, want := range map[string]string{"NPush": "n_push", "L2": "l2", "TrainLoss": "train_loss", "NIC": "nic", "X0": "x0", "Beta1": "beta1", "NICRate": "nic_rate"} {
		if got := Key(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestDescribe(t *testing.T) {
	for _, d := range kinds.Describe() {
		if d.Name != "everything" {
			continue
		}
		by := map[string]KeyDoc{}
		for _, k := range d.Keys {
			by[k.Key] = k
		}
		for key, want := range map[string]string{"local": `{kind = "sgd", rate = 0.5}`, "mode": `"mean"`, "forever": "0.0", "beta": "", "link": `"unlimited"`, "half": "0"} {
			if by[key].Default != want {
				t.Errorf("%s: default %s, want %s", key, by[key].Default, want)
			}
		}
		if by["local"].Of != "local optimizer" || len(by["inner"].Keys) != 2 || len(by["tables"].Keys) != 2 {
			t.Errorf("%+v", d.Keys)
		}
	}
}

func TestProgrammersMistakesPanic(t *testing.T) {
	type undocumented struct{ A int }
	type badRange struct {
		A int `doc:"a" in:"[1"`
	}
	type badDefault struct {
		A int `doc:"a" in:"[1,)"`
	}
	type twice struct {
		A int `doc:"a" key:"b"`
		B int `doc:"b"`
	}
	type spoken struct {
		Kind int `doc:"k"`
	}
	for _, d := range []any{undocumented{}, badRange{1}, badDefault{}, twice{}, spoken{}, 3, nil, plain{}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T was registered", d)
				}
			}()
			r := New("thing", "kind")
			r.Add(Entry{Name: "a", Defaults: plain{1}})
			r.Add(Entry{Name: "b", Defaults: d})
		}()
	}
}

// FuzzDecode feeds arbitrary tables: they are decoded or refused with a path, and never panic. What
// is decoded is in range.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"kind":"everything","n_push":3,"local":{"kind":"momentum"},"delay":"1ms","hidden":[1,2],"half":"full"}`))
	f.Add([]byte(`{"kind":"pair","beta":1e999}`))
	f.Add([]byte(`{"kind":"everything","many":["sgd",{"kind":null}],"link":"1Gbit/s","tables":[{"rate":[]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m map[string]any
		if json.Unmarshal(data, &m) != nil {
			return
		}
		c, err := kinds.Decode("s", whole(m).(map[string]any))
		if err == nil {
			if err := Check("s", c); err != nil {
				t.Fatalf("decoded what its own check refuses: %v", err)
			}
			if _, err := kinds.Decode("s", kinds.Encode(c)); err != nil {
				t.Fatalf("%+v is not read back: %v", c, err)
			}
			return
		}
		var pe *Error
		if !errors.As(err, &pe) || !strings.HasPrefix(pe.Path, "s") {
			t.Fatalf("no place: %v", err)
		}
	})
}

// whole makes int64 of JSON numbers without a fraction, as TOML has them.
func whole(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case float64:
		if v == math.Floor(v) && math.Abs(v) < 1e15 {
			return int64(v)
		}
	}
	return v
}

func ExampleRegistry_Decode() {
	_, err := kinds.Decode("strategy", tab{"kind": "everything", "local": tab{"kind": "momentum", "rate": -1.}})
	fmt.Println(err)
	// Output: strategy.local.rate = -1.0: is outside (0,); step size; Polyak 1964
}
