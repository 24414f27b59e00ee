package slurm

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestShards(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		costs []time.Duration
		least time.Duration
		most  int
		want  string
	}{
		{[]time.Duration{s, s, s}, 0, 100, "[[0] [1] [2]]"},
		{[]time.Duration{s, s, s}, 30 * s, 100, "[[0 1 2]]"},
		{[]time.Duration{40 * s, s, 29 * s, 31 * s}, 30 * s, 100, "[[0] [1 2] [3]]"},
		{[]time.Duration{30 * s, 30 * s, s}, 30 * s, 100, "[[0] [1 2]]"},
		{[]time.Duration{s, s, s, s, s}, 0, 2, "[[0 1 2] [3 4]]"},
		{[]time.Duration{0, 0, 0, 0, 0}, 0, 2, "[[0] [1 2 3 4]]"},
		{[]time.Duration{100 * s, s, s}, 0, 1, "[[0 1 2]]"},
		{[]time.Duration{1e18, 1e18, 1e18}, s, 10, "[[0] [1] [2]]"},
	} {
		if got := fmt.Sprint(Shards(c.costs, c.least, c.most)); got != c.want {
			t.Errorf("%v, at least %v, at most %d: %s, want %s", c.costs, c.least, c.most, got, c.want)
		}
	}
}

func TestSplitWords(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                 nil,
		" -p short\t--time=1:00:00 ":       {"-p", "short", "--time=1:00:00"},
		`--comment="a b" --x='c "d"' e\ f`: {"--comment=a b", `--x=c "d"`, "e f"},
		`""`:                               {""},
	} {
		if got, err := splitWords(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{`"a`, `a\`, `'`} {
		if _, err := splitWords(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestParseQueue(t *testing.T) {
	got, err := parseQueue([]byte("CLUSTER: alpha\n*** Maintenance on Friday ***\n12_3|RUNNING|n2|None\n12_4|PENDING||Resources\r\n13|PENDING||Dependency\n\n12_5|PENDING||launch failed requeued held\n12_6|TIMEOUT|n1|TimeLimit\n"), "alpha")
	want := []Element{{"12", 3, "RUNNING", "", "n2", "alpha"}, {"12", 4, "PENDING", "Resources", "", "alpha"}, {"13", -1, "PENDING", "Dependency", "", "alpha"},
		{"12", 5, "PENDING", "launch failed requeued held", "", "alpha"}, {"12", 6, "TIMEOUT", "TimeLimit", "n1", "alpha"}}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%v, %v", got, err)
	}
	if now := SummaryOf(got[:3]); now != "1 pending (Dependency), 1 pending (Resources), 1 running" {
		t.Error(now)
	}
	if !got[3].Held() || got[1].Held() || got[4].Held() || !got[4].Ended() || got[0].Ended() || got[2].ID() != "13" || got[0].ID() != "12_3" {
		t.Error("held, ended or id")
	}
	for _, text := range []string{"12_3 RUNNING\n", "12_x|RUNNING||None\n"} {
		if _, err := parseQueue([]byte(text), ""); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
