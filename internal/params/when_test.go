package params

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// shaped has a key for each kind of condition.
type shaped struct {
	Form    string   `doc:"which" in:"a|b|c"`
	OnlyA   float64  `doc:"of a" in:"[0,10]" when:"form=a"`
	AOrB    int      `doc:"of a and b" when:"form=a|b"`
	Strict  bool     `doc:"a switch"`
	Given   *float64 `doc:"optional" when:"strict"`
	Without int      `doc:"instead of given" when:"!given"`
	Both    []int    `doc:"of two conditions" when:"form=c,strict=true"`
	Inner   struct {
		N int `doc:"a number"`
		M int `doc:"of n" when:"n"`
	} `doc:"a table"`
}

// Idle is for what no tag can say.
func (s shaped) Idle() map[string]string {
	if s.AOrB > 100 {
		return map[string]string{"strict": "so many are never strict"}
	}
	return nil
}

func shapes() *Registry {
	r := New("shape", "kind")
	r.Add(Entry{Name: "shaped", Doc: "with conditions", Defaults: shaped{Form: "a", OnlyA: 1}})
	return r
}

// A key that does not apply is refused, whatever its value, at its own path; what is written can be
// read.
func TestKeysThatDoNotApply(t *testing.T) {
	r := shapes()
	for _, c := range []struct {
		in         tab
		path, says string // "" if it is taken
	}{
		{tab{"only_a": 2.}, "", ""},
		{tab{"form": "b", "a_or_b": int64(2)}, "", ""},
		{tab{"form": "b", "only_a": 1.}, "s.only_a", `only_a = 1.0: means nothing here: it applies only with form = "a"; leave it out; of a`},
		{tab{"form": "c", "a_or_b": int64(0)}, "s.a_or_b", `with form = "a" or "b"`},
		{tab{"form": "b", "only_a": 11.}, "s.only_a", "is outside [0,10]"},
		{tab{"form": "bb", "only_a": 1.}, "s.form", "did you mean"},
		{tab{"given": 0.}, "s.given", "with strict"},
		{tab{"given": 0., "strict": true}, "", ""},
		{tab{"given": 0., "strict": true, "without": int64(1)}, "s.without", "without given"},
		{tab{"strict": true, "both": []any{}}, "s.both", `with form = "c" and with strict = true`},
		{tab{"strict": true, "form": "c", "both": []any{}}, "", ""},
		{tab{"inner": tab{"m": int64(1)}}, "s.inner.m", "with n"},
		{tab{"inner": tab{"m": int64(1), "n": int64(1)}}, "", ""},
		{tab{"a_or_b": int64(101), "strict": false}, "s.strict", "so many are never strict"},
	} {
		c.in["kind"] = "shaped"
		got, err := r.Decode("s", c.in)
		var e *Error
		switch {
		case c.path == "" && err != nil:
			t.Errorf("%v: %v", c.in, err)
		case c.path != "" && (!errors.As(err, &e) || e.Path != c.path || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%v: %v\nwant %s: %s", c.in, err, c.path, c.says)
		case c.path == "":
			text := r.EncodeApplying(got)
			if again, err := r.Decode("s", text); err != nil || !reflect.DeepEqual(again, got) {
				t.Errorf("%v is written %v and read %v, %v", c.in, text, again, err)
			}
		}
	}
	keys := r.Describe()[0].Keys
	if keys[1].When != `with form = "a"` || keys[0].When != "" {
		t.Errorf("described as %q and %q", keys[1].When, keys[0].When)
	}
}

// Conditions on what is not there are the programmer's mistake.
func TestWrongConditionsPanic(t *testing.T) {
	type noKey struct {
		A int `doc:"a" when:"b"`
	}
	type itself struct {
		A int `doc:"a" when:"a"`
	}
	type never struct {
		A int    `doc:"a" when:"b=z"`
		B string `doc:"b" in:"x|y"`
	}
	type always struct {
		A int  `doc:"a" when:"b" required:""`
		B bool `doc:"b"`
	}
	for _, d := range []any{noKey{}, itself{}, never{B: "x"}, always{}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T was registered", d)
				}
			}()
			New("thing", "kind").Add(Entry{Name: "a", Defaults: d})
		}()
	}
}

// A name is found though two letters changed places, before one that differs more.
func TestNearestSwaps(t *testing.T) {
	known := []string{"adag", "asgd", "agn", "momentum", "strategy", "window", "n_push"}
	for name, want := range map[string]string{"asdg": "asgd", "sagd": "asgd", "startegy": "strategy", "widnow": "window", "n_psuh": "n_push", "mometnum": "momentum", "agn": "agn"} {
		if got, ok := Nearest(name, known); !ok || got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for _, name := range known { // each neighbouring pair swapped
		for i := range len(name) - 1 {
			b := []byte(name)
			b[i], b[i+1] = b[i+1], b[i]
			if d := distance(string(b), name); d > 1 {
				t.Errorf("%s and %s: distance %d", b, name, d)
			}
		}
	}
}

// Errors show a value as it stands in the file, a fraction of 0 too.
func TestErrorsShowWhatWasWritten(t *testing.T) {
	for _, c := range []struct {
		in   any
		want string
	}{
		{tab{"kind": "everything", "n_push": 4.}, "s.n_push = 4.0: want a whole number"},
		{tab{"kind": "everything", "n_push": 1e20}, "s.n_push = 1e+20: want a whole number"},
		{tab{"kind": "everything", "many": []any{tab{"kind": "sgd", "rate": int64(-1)}}}, "s.many[0].rate = -1: is outside"},
		{tab{"kind": "everything", "many": []any{tab{"kind": "sgd", "rate": -1.}}}, "s.many[0].rate = -1.0: is outside"},
		{tab{"kind": "everything", "hidden": 4.}, "s.hidden = 4.0: want"},
		{tab{"kind": "everything", "hidden": []any{4., true}}, "s.hidden[0] = 4.0: want"},
		{tab{"kind": "everything", "local": []any{4.}}, "s.local = [4.0]: want"},
	} {
		if _, err := kinds.Decode("s", c.in.(tab)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.in, err, c.want)
		}
	}
}

// A key that came later is left out at its default, and written where it says something else.
func TestLaterKeys(t *testing.T) {
	type table struct {
		Old  float64 `doc:"was always there"`
		Form string  `doc:"came later" later:"plain"`
		Beta float64 `doc:"likewise" later:"0.5"`
		On   bool    `doc:"likewise" later:"false"`
	}
	for _, c := range []struct {
		in   table
		want map[string]any
	}{
		{table{1, "plain", .5, false}, map[string]any{"old": 1.}},
		{table{1, "other", 0, true}, map[string]any{"old": 1., "form": "other", "beta": 0., "on": true}},
	} {
		if got := Encode(c.in); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v is written %v, want %v", c.in, got, c.want)
		}
		back := table{0, "plain", .5, false}
		if err := Decode("x", c.want, &back); err != nil || back != c.in {
			t.Errorf("%v is read as %+v, %v", c.want, back, err)
		}
	}
}
