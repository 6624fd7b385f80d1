package logs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

// readAll returns what is in a folder of logs as "instance text" lines.
func readAll(t *testing.T, dir string, q Query) []string {
	t.Helper()
	var got []string
	err := StreamLines(t.Context(), dir, q, func(l Line) error {
		if _, err := time.Parse(stampLayout, l.Stamp); err != nil {
			return err
		}
		got = append(got, l.Instance+" "+l.Text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func wantEqual(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func startCollector(t *testing.T, dir string) *Collector {
	t.Helper()
	c, err := StartCollector(filepath.Join(dir, "blue-1.fifo"), filepath.Join(dir, "blue-1.log"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCollectorKeepsTheLastOutput(t *testing.T) {
	dir := t.TempDir()
	c := startCollector(t, dir)
	in, err := c.OpenInput()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5000 {
		fmt.Fprintf(in, "line %d of some length, to fill the pipe\n", i)
	}
	fmt.Fprint(in, "panic: last output")
	in.Close()
	if err := c.FlushLines(); err != nil {
		t.Fatal(err)
	}
	if got := c.LastLine(); got != "panic: last output" {
		t.Errorf("Last() = %q", got)
	}
	wantEqual(t, readAll(t, dir, Query{Tail: 2}), "blue-1 line 4999 of some length, to fill the pipe", "blue-1 panic: last output")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(readAll(t, dir, Query{})); got != 5001 {
		t.Errorf("%d lines, want 5001", got)
	}
}

func TestLinesWrittenWithoutACollectorAreKept(t *testing.T) {
	dir := t.TempDir()
	c := startCollector(t, dir)
	in, err := c.OpenInput()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	fmt.Fprint(in, "begun ")
	for c.file.LastLine() == "" { // wait for the half line to arrive
		time.Sleep(time.Millisecond)
	}
	c.input.Close() // as if the agent was killed
	waittest.Receive(t, c.done)
	fmt.Fprint(in, "and ended\nalone\n")

	c = startCollector(t, dir)
	defer c.Close()
	fmt.Fprint(in, "again\n")
	if err := c.FlushLines(); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, readAll(t, dir, Query{}), "blue-1 begun and ended", "blue-1 alone", "blue-1 again")
}

func TestRotation(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "blue-1.log")
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.limit = 100
	for i := range 40 {
		fmt.Fprintf(f, "line %d\n", i)
	}
	files, _ := filepath.Glob(path + "*")
	if len(files) != keptFiles {
		t.Errorf("files = %v, want %d", files, keptFiles)
	}
	for _, p := range files {
		if info, err := os.Stat(p); err != nil || info.Size() > 200 {
			t.Errorf("%s: %v, %v", p, info.Size(), err)
		}
	}
	got := readAll(t, dir, Query{})
	if got[len(got)-1] != "blue-1 line 39" || len(got) < 6 {
		t.Errorf("got %v", got)
	}
}

func TestAnEndlessLineIsBroken(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFile(filepath.Join(dir, "blue-1.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for range 3 * maxLineBytes / 1024 {
		fmt.Fprint(f, strings.Repeat("x", 1024))
	}
	if got := len(readAll(t, dir, Query{})); got < 2 || got > 3 {
		t.Errorf("%d lines, want 2 or 3", got)
	}
	if got := len(f.LastLine()); got > maxLastLineBytes {
		t.Errorf("%d bytes of the last line are kept in memory", got)
	}
}

func TestMergeByTimeAndSelect(t *testing.T) {
	dir := t.TempDir()
	blue, err := OpenFile(filepath.Join(dir, "blue-1.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer blue.Close()
	green, err := OpenFile(filepath.Join(dir, "green-1.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer green.Close()
	at := time.Now().UTC().Add(time.Hour).Truncate(time.Second)
	for i, f := range []*File{blue, green, green, blue} {
		f.stamp = at.Add(time.Duration(i) * time.Second)
		fmt.Fprintf(f, "%d\n", i)
	}
	wantEqual(t, readAll(t, dir, Query{}), "blue-1 0", "green-1 1", "green-1 2", "blue-1 3")
	wantEqual(t, readAll(t, dir, Query{Tail: 1}), "green-1 2", "blue-1 3")
	wantEqual(t, readAll(t, dir, Query{Match: func(n string) bool { return n == "green-1" }}), "green-1 1", "green-1 2")
	since := at.Add(2*time.Second + time.Microsecond).Format(stampLayout)
	wantEqual(t, readAll(t, dir, Query{Since: since}), "blue-1 3")
}

func TestFollowAcrossRotationAndNewInstances(t *testing.T) {
	dir := t.TempDir()
	blue, err := OpenFile(filepath.Join(dir, "blue-1.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer blue.Close()
	blue.limit = 50 // every second line or so
	fmt.Fprintln(blue, "old")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lines := make(chan string)
	var ended error
	go func() {
		defer close(lines)
		ended = StreamLines(ctx, dir, Query{Follow: true}, func(l Line) error {
			lines <- l.Text
			return nil
		})
	}()
	expect := func(want string) {
		t.Helper()
		select {
		case got := <-lines:
			if got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("no line, want %q", want)
		}
	}
	expect("old")
	for _, text := range []string{"a", "b", "c", "d", "e"} {
		fmt.Fprintln(blue, text)
		expect(text)
	}
	green, err := OpenFile(filepath.Join(dir, "green-1.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer green.Close()
	fmt.Fprintln(green, "new instance")
	expect("new instance")
	cancel()
	for range lines {
	}
	if ended != nil {
		t.Errorf("Stream = %v", ended)
	}
}
