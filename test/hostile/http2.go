package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/proxy/proxytest"
)

// http2Case is one stream, and what has to become of it.
type http2Case struct {
	name   string
	stream proxytest.Stream
	// want has the outcomes that are right, between bars; empty means any. Only
	// a 200 may have made a request at the instance, and that has to say what
	// the stream said.
	want string
}

func runHTTP2(ctx context.Context, r *report) error {
	cases := newCaseRunner(r)
	for _, c := range http2Corpus() {
		cases.startCase(ctx, c.name, c.tryCase)
	}
	cases.waitForCases()
	return nil
}

func (c http2Case) tryCase() error {
	l, up, err := startStrictLab()
	if err != nil {
		return err
	}
	defer up.Close()
	defer l.closeLab()
	got, err := c.stream.SendTo(l.addr)
	if err != nil {
		return err
	}
	all, fault := up.TakeRequests()
	return errors.Join(fault, c.judgeOutcome(got, all))
}

func (c http2Case) judgeOutcome(got string, all []proxytest.Request) error {
	if c.want != "" && !slices.Contains(strings.Split(c.want, "|"), got) {
		return fmt.Errorf("ended as %q, want %q", got, c.want)
	}
	if got != "200" && len(all) > 0 {
		return fmt.Errorf("ended as %q, and yet the instance got %v", got, all)
	}
	if got == "200" && len(all) != 1 {
		return fmt.Errorf("the instance got %d requests: %v", len(all), all)
	}
	for _, r := range all {
		if want := c.describeRequest(); r.String() != want {
			return fmt.Errorf("%q became %q", want, r)
		}
	}
	return nil
}

// describeRequest is the request in the words of proxytest.Request.String.
func (c http2Case) describeRequest() string {
	field := func(name string) string {
		for _, f := range c.stream.Fields {
			if f.Name == name {
				return f.Value
			}
		}
		return ""
	}
	s := field(":method") + " " + field(":path") + " " + field(":authority")
	if body := strings.Join(c.stream.Data, ""); body != "" {
		s += " (" + body + ")"
	}
	return s
}
