package ui

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/golden"
	"version-manager/internal/progress"
)

// recorded reads a list of events, which is what every face is given.
func recorded(t *testing.T, name string) []progress.Event {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var events []progress.Event
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e progress.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

func TestFaces(t *testing.T) {
	for _, list := range []string{"done", "reverted"} {
		for _, p := range []ProgressMode{Plain, JSONLines, Quiet} {
			s, out, err := TestStreams("")
			face := s.NewDisplay(p, time.Now)
			for _, e := range recorded(t, list) {
				face.ShowEvent(e)
			}
			face.Close()
			golden.CompareFile(t, filepath.Join("testdata", list+"."+string(p)+".golden"), err.Bytes())
			if out.Len() > 0 {
				t.Errorf("%s writes %q to standard output", p, out)
			}
		}
	}
}

// TestNotesFit: every face makes the command in a note one to be pasted, and
// leaves what the app's own lines say alone.
func TestNotesFit(t *testing.T) {
	for _, p := range []ProgressMode{Plain, JSONLines, TTY} {
		s, _, err := TestStreams("")
		s.AdaptCommand = func(text string) string { return strings.ReplaceAll(text, "vm ", "bin/vm ") }
		face := s.NewDisplay(p, time.Now)
		at := time.Now()
		face.ShowEvent(progress.Event{Time: at, Kind: progress.EventBegin, App: "shop", Steps: []string{"start"}})
		face.ShowEvent(progress.Event{Time: at, Kind: progress.EventNote, Detail: "for vm resume"})
		face.ShowEvent(progress.Event{Time: at, Kind: progress.EventStep, Step: "start", Status: progress.StatusFailed, Lines: []string{"my vm died"}})
		face.Close()
		if got := err.String(); !strings.Contains(got, "for bin/vm resume") || !strings.Contains(got, "my vm died") {
			t.Errorf("%s shows\n%s", p, got)
		}
	}
}

// TestLinesAreTheEvents: what a program reads is what the engine said.
func TestLinesAreTheEvents(t *testing.T) {
	s, _, err := TestStreams("")
	for _, e := range recorded(t, "done") {
		jsonDisplay{s}.ShowEvent(e)
	}
	want, e := os.ReadFile("testdata/done.jsonl")
	if e != nil {
		t.Fatal(e)
	}
	if got := err.String(); len(strings.Split(got, "\n")) != len(strings.Split(string(want), "\n")) {
		t.Errorf("got %d lines", len(strings.Split(got, "\n")))
	}
	var first map[string]any
	if e := json.Unmarshal([]byte(strings.SplitN(err.String(), "\n", 2)[0]), &first); e != nil {
		t.Fatal(e)
	}
	for _, field := range []string{"time", "deploy", "kind", "app", "steps", "from", "to", "color"} {
		if _, ok := first[field]; !ok {
			t.Errorf("the first line has no %q", field)
		}
	}
}

// TestTree freezes every frame: the tree after each event.
func TestTree(t *testing.T) {
	for _, list := range []string{"done", "reverted"} {
		for _, look := range []struct {
			name           string
			width          int
			unicode, color bool
		}{{"tty", 100, true, false}, {"narrow", 32, true, false}, {"ascii", 100, false, false}, {"color", 100, true, true}} {
			var b bytes.Buffer
			s := &Streams{Unicode: look.unicode}
			var tree tree
			for _, e := range recorded(t, list) {
				tree.applyEvent(e)
				fmt.Fprintf(&b, "--- %s %s\n", e.Kind, strings.TrimSpace(e.Step+" "+string(e.Status)))
				lines, _ := tree.drawTree(e.Time.Add(50*time.Millisecond), s.symbols(), look.width)
				for _, l := range lines {
					b.WriteString(l.fitColumns(look.width, look.color, s.symbols().ellipsis) + "\n")
				}
			}
			golden.CompareFile(t, filepath.Join("testdata", list+"."+look.name+".golden"), b.Bytes())
		}
	}
}

func TestNewDisplay(t *testing.T) {
	for _, tt := range []struct {
		p              ProgressMode
		terminal, dumb bool
		want           string
	}{
		{Auto, false, false, "*ui.queuedDisplay"},
		{Auto, true, false, "*ui.treeDisplay"},
		{Auto, true, true, "*ui.queuedDisplay"},
		{TTY, false, false, "*ui.treeDisplay"},
		{Plain, true, false, "*ui.queuedDisplay"},
		{JSONLines, true, false, "*ui.queuedDisplay"},
		{Quiet, true, false, "ui.quietDisplay"},
	} {
		s, _, _ := TestStreams("")
		s.Err.Terminal = tt.terminal
		face := s.NewDisplay(s.ResolveProgress(tt.p, tt.dumb), time.Now)
		if got := fmt.Sprintf("%T", face); got != tt.want {
			t.Errorf("%s on terminal=%t dumb=%t is a %s, want %s", tt.p, tt.terminal, tt.dumb, got, tt.want)
		}
		face.Close()
	}
}
