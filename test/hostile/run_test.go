package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestBudgetsFit(t *testing.T) {
	var sum time.Duration
	seen := map[string]bool{}
	for _, c := range allChapters() {
		sum += c.budget
		if seen[c.name] || c.budget <= 0 || c.about == "" {
			t.Errorf("chapter %q needs a name of its own, a budget, and a description", c.name)
		}
		seen[c.name] = true
	}
	if sum > totalBudget {
		t.Errorf("the budgets add up to %s, more than %s", sum, totalBudget)
	}
}

func TestChooseNamesWhatThereIs(t *testing.T) {
	all := []chapter{{name: "a"}, {name: "b"}}
	if got, err := chooseChapters(all, []string{"b"}); err != nil || len(got) != 1 || got[0].name != "b" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := chooseChapters(all, []string{"c"}); err == nil || !strings.Contains(err.Error(), "a, b") {
		t.Errorf("error %v does not list the chapters", err)
	}
}

func TestVerdict(t *testing.T) {
	for _, tt := range []struct {
		name string
		run  func(context.Context, *report) error
		want string // in what it prints; empty: it passes
	}{
		{"all as written", func(_ context.Context, r *report) error { r.checkCase("x", nil); return nil }, ""},
		{"skipped", func(_ context.Context, r *report) error { r.skipChapter("needs root"); return nil }, ""},
		{"a deviation", func(_ context.Context, r *report) error { r.checkCase("x", errors.New("odd")); return nil }, "x: odd"},
		{"an error", func(context.Context, *report) error { return errors.New("broke") }, "broke"},
		{"a panic", func(context.Context, *report) error { panic("oops") }, "panic: oops"},
		{"nothing tried", func(context.Context, *report) error { return nil }, "no case was tried"},
		{"over its budget", func(ctx context.Context, r *report) error { r.checkCase("x", nil); <-ctx.Done(); return nil }, "the budget of 1s is over"},
		{"never stops", func(ctx context.Context, r *report) error {
			r.checkCase("x", nil)
			time.Sleep(time.Minute)
			return nil
		}, "did not stop within 10s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				err := runAll(t.Context(), &out, []chapter{{name: "one", about: "about", budget: time.Second, run: tt.run}})
				if (err == nil) != (tt.want == "") || !strings.Contains(out.String(), tt.want) {
					t.Errorf("error %v, output:\n%s", err, out.String())
				}
				time.Sleep(time.Hour) // until the goroutine of the last case has ended
			})
		})
	}
}
