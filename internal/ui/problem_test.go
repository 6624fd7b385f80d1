package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
)

func TestProblem(t *testing.T) {
	inner := problem.New(problem.NotFound, "version-manager list", "no version v9").With("evil \x1b[2J line", "second")
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"ordinary", errors.New("boom"), "error: boom\n"},
		{"several lines", errors.New("a\nb\nb\n"), "error: a\n  b\n"},
		{"with hint", problem.New(problem.Usage, "version-manager help", "odd"), "error: odd\nhint: version-manager help\n"},
		{
			"cause",
			problem.Wrap(errors.New("disk full"), problem.Failed, "free some space", "create v1.0.0"),
			"error: create v1.0.0\ncause: disk full\nhint: free some space\n",
		},
		{
			"evidence",
			inner,
			"error: no version v9\n  │ evil ?[2J line\n  │ second\nhint: version-manager list\n",
		},
		{
			"the inner problem advises",
			problem.Wrap(fmt.Errorf("look: %w", inner), problem.Failed, "", "deploy"),
			"error: deploy\ncause: look: no version v9\n  │ evil ?[2J line\n  │ second\nhint: version-manager list\n",
		},
		{
			"wrapped",
			fmt.Errorf("outer: %w", problem.Wrap(errors.New("why"), problem.Failed, "", "what")),
			"error: outer: what\ncause: why\n",
		},
	} {
		s, out, err := TestStreams("")
		s.PrintProblem(tt.err, false)
		if err.String() != tt.want || out.Len() > 0 {
			t.Errorf("%s:\n%s\nwant:\n%s\nstdout: %q", tt.name, err, tt.want, out)
		}
	}
}

func TestProblemInColor(t *testing.T) {
	s, _, err := TestStreams("")
	s.Err.Color = true
	s.PrintProblem(problem.New(problem.Failed, "try", "odd"), false)
	if want := "\x1b[31merror:\x1b[0m odd\n\x1b[32mhint:\x1b[0m try\n"; err.String() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestProblemShowsTheEndOfLongEvidence(t *testing.T) {
	p := problem.New(problem.Failed, "", "odd")
	for i := range maxShownLines + 2 {
		p.With(fmt.Sprint("line ", i))
	}
	s, _, err := TestStreams("")
	s.PrintProblem(p, false)
	if !strings.Contains(err.String(), "(2 lines before this with -v)\n  │ line 2\n") {
		t.Errorf("short:\n%s", err)
	}
	err.Reset()
	s.PrintProblem(p, true)
	if !strings.Contains(err.String(), "error: odd\n  │ line 0\n") {
		t.Errorf("all:\n%s", err)
	}
}

func TestProblemLine(t *testing.T) {
	for _, tt := range []struct {
		err  error
		code problem.Kind
		want string
	}{
		{errors.New("a\nb <c>"), problem.Failed, `{"error":"a\nb <c>","code":1}`},
		{
			problem.Wrap(errors.New("disk full"), problem.RolledBack, "free some space", "deploy").With("last", "words"),
			problem.RolledBack,
			`{"error":"deploy","cause":"disk full","hint":"free some space","lines":["last","words"],"code":3}`,
		},
	} {
		s, out, err := TestStreams("")
		s.PrintProblemLine(tt.err, tt.code)
		if err.String() != tt.want+"\n" || out.Len() > 0 {
			t.Errorf("got %s, want %s", err, tt.want)
		}
	}
}

func TestNoteIsSafeToShow(t *testing.T) {
	s, _, err := TestStreams("")
	s.PrintNote("new file: %s", "\x1b[2J\nnext")
	if want := "new file: ?[2J\nnext\n"; err.String() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}
