package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"text/tabwriter"
	"time"
)

// slack is what a target may take beyond its time: compiling, running its
// corpus, and making a finding small.
const slack = 10 * time.Minute

var executions = regexp.MustCompile(`execs: (\d+)`)

// outcome is what became of a target.
type outcome struct {
	target
	took   time.Duration
	execs  string
	output []byte
	err    error
}

// runAll runs one target after the other. A finding does not keep the others
// from running.
func runAll(ctx context.Context, out io.Writer, all []target, each time.Duration) error {
	var outcomes []outcome
	failed := 0
	for _, t := range all {
		if ctx.Err() != nil {
			break
		}
		o := fuzzTarget(ctx, t, each)
		fmt.Fprintf(out, "%s %s: %s executions, %s\n", t.pkg, t.name, o.execs, describeResult(o.err))
		if o.err != nil {
			failed++
			out.Write(o.output)
		}
		outcomes = append(outcomes, o)
	}
	printTable(out, outcomes)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted after %d of %d targets", len(outcomes), len(all))
	case failed > 0:
		return fmt.Errorf("%d of %d targets found something", failed, len(all))
	}
	return nil
}

func fuzzTarget(ctx context.Context, t target, each time.Duration) outcome {
	ctx, cancel := context.WithTimeoutCause(ctx, each+slack, errors.New("it did not end"))
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", t.pkg, "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", each.String())
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	start := time.Now()
	err := cmd.Run()
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	execs := "no"
	if all := executions.FindAllSubmatch(output.Bytes(), -1); len(all) > 0 {
		execs = string(all[len(all)-1][1])
	} else if err == nil {
		err = errors.New("nothing was run")
	}
	return outcome{t, time.Since(start), execs, output.Bytes(), err}
}

func describeResult(err error) string {
	if err != nil {
		return "FAILED: " + err.Error()
	}
	return "clean"
}

func printTable(out io.Writer, outcomes []outcome) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "\nPACKAGE\tTARGET\tTOOK\tEXECUTIONS\tOUTCOME")
	for _, o := range outcomes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", o.pkg, o.name, o.took.Round(time.Second), o.execs, describeResult(o.err))
	}
}
