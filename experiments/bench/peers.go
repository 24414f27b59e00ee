package main

import (
	"bufio"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// torchScript trains the same nets in PyTorch. It is told on its standard input what to do and
// answers with a number.
//
//go:embed peers.py
var torchScript string

// agreeing is how many steps both sides take before their losses are compared.
const agreeing = 20

// A peer is a Python process.
type peer struct {
	name string
	in   io.WriteCloser
	out  *bufio.Scanner
	wait func() error
}

// startPeer starts PyTorch with OpenBLAS's kernels chosen by itself or, where it does not know the
// processor, by us.
func startPeer(python, script, dir, coretype string) (*peer, error) {
	c := exec.Command(python, script, dir)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "OPENBLAS_CORETYPE=") {
			c.Env = append(c.Env, v)
		}
	}
	c.Env = append(c.Env, "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1")
	name := "PyTorch"
	if coretype != "" {
		name += ", " + coretype
		c.Env = append(c.Env, "OPENBLAS_CORETYPE="+coretype)
	}
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.Stderr = os.Stderr
	return &peer{name, in, bufio.NewScanner(out), c.Wait}, c.Start()
}

// ask sends a line and returns the number in the answer.
func (p *peer) ask(format string, args ...any) (answer float64, err error) {
	fmt.Fprintf(p.in, format+"\n", args...)
	if !p.out.Scan() {
		return 0, fmt.Errorf("%s: no answer to %q", p.name, fmt.Sprintf(format, args...))
	}
	_, err = fmt.Sscan(p.out.Text(), &answer)
	return answer, err
}

// peers prints the steps of PyTorch beside ours, by turns.
func peers(out io.Writer, rounds int, python string) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	dir, err := os.MkdirTemp("", "bench-peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "peers.py")
	if err := os.WriteFile(script, []byte(torchScript), 0o644); err != nil {
		return err
	}
	rows := []net{mlp32, mlp128, linear, lenet32}
	var own []*training[float32]
	for i, n := range rows {
		t, err := newTraining[float32](n)
		if err != nil {
			return err
		}
		own = append(own, t)
		if err := write(filepath.Join(dir, fmt.Sprintf("x%d", i)), t.x); err != nil {
			return err
		}
	}
	labels := make([]int32, own[0].data.Len())
	for i, l := range own[0].data.Labels {
		labels[i] = int32(l)
	}
	if err := write(filepath.Join(dir, "features"), own[0].data.Rows(nil, 0, own[0].data.Len())); err != nil {
		return err
	}
	if err := write(filepath.Join(dir, "labels"), labels); err != nil {
		return err
	}
	var others []*peer
	for _, coretype := range []string{"", "SKYLAKEX"} {
		p, err := startPeer(python, script, dir, coretype)
		if err != nil {
			return err
		}
		defer p.wait()
		defer p.in.Close()
		others = append(others, p)
	}
	fmt.Fprintf(out, "%s; training steps per second on one core, float32, by turns: medians, ratios [10th to 90th percentile]\n\n", processor())
	fmt.Fprintf(out, "%-20s %9s %9s  %-22s %9s  %-22s %s\n", "", "this", others[0].name, "times as fast", others[1].name, "times as fast", fmt.Sprintf("loss after %d steps", agreeing))
	for i, n := range rows {
		if err := against(out, n, own[i], others, i, rounds); err != nil {
			return err
		}
	}
	return nil
}

// against prints one row, after a check that all take the same steps.
func against(out io.Writer, n net, t *training[float32], others []*peer, i, rounds int) error {
	for range agreeing {
		t.step()
	}
	loss := t.step()
	for _, p := range others {
		theirs, err := p.ask("net %s %d x%d %g %d", n.name, n.batch, i, learningRate, agreeing)
		if err != nil {
			return err
		}
		if !(math.Abs(theirs-loss) <= 5e-5*math.Abs(loss)) {
			return fmt.Errorf("%v: after %d steps the loss is %v, in %s %v", n, agreeing, loss, p.name, theirs)
		}
	}
	own := meter{f: func() { t.step() }}
	var rates sample
	theirs := make([]sample, len(others))
	for range rounds {
		for j, p := range others {
			r, err := p.ask("run %g", slice.Seconds())
			if err != nil {
				return err
			}
			theirs[j] = append(theirs[j], r)
		}
		rates = append(rates, own.rate(slice))
	}
	a, b := theirs[0], theirs[1]
	_, err := fmt.Fprintf(out, "%-20v %9.0f %9.0f  %-22s %9.0f  %-22s %.4f\n", n, rates.median(),
		a.median(), rates.by(a).spread("%.2f"), b.median(), rates.by(b).spread("%.2f"), loss)
	return err
}

func write(path string, x any) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := binary.Write(f, binary.LittleEndian, x); err != nil {
		return err
	}
	return f.Close()
}
