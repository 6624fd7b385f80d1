package ui

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/progress"
)

// screen is a terminal: it knows the sequences that the tty face uses, and
// wraps what is already on it when the window gets narrower.
type screen struct {
	mu            sync.Mutex
	width, height int
	rows          []string
	row, column   int
	writes        int
}

func (s *screen) Size() (int, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.width, s.height
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	for text := string(p); text != ""; {
		text = s.step(text)
	}
	return len(p), nil
}

func (s *screen) step(text string) (rest string) {
	var n int
	switch {
	case strings.HasPrefix(text, "\x1b[K"):
		s.put(s.row, cutColumns(s.at(s.row), s.column))
		return text[3:]
	case strings.HasPrefix(text, "\x1b[J"):
		s.put(s.row, cutColumns(s.at(s.row), s.column))
		s.rows = s.rows[:s.row+1]
		return text[3:]
	case strings.HasPrefix(text, "\x1b["):
		if _, err := fmt.Sscanf(text, "\x1b[%dA", &n); err != nil {
			panic(fmt.Sprintf("unknown sequence %q", text))
		}
		if s.row -= n; s.row < 0 || n >= s.height {
			panic("the cursor cannot leave the screen")
		}
		return text[strings.IndexByte(text, 'A')+1:]
	case text[0] == '\r':
		s.column = 0
		return text[1:]
	case text[0] == '\n':
		s.row, s.column = s.row+1, 0
		s.at(s.row)
		return text[1:]
	}
	r := []rune(text)[0]
	if s.column+runeCells(r) > s.width {
		panic("a line wrapped")
	}
	old := []rune(s.at(s.row))
	i := min(s.column, len(old)) // good enough: all tests that overwrite use narrow runes
	s.put(s.row, string(old[:i])+string(r)+string(old[min(i+1, len(old)):]))
	s.column += runeCells(r)
	return text[len(string(r)):]
}

func (s *screen) at(row int) string {
	for len(s.rows) <= row {
		s.rows = append(s.rows, "")
	}
	return s.rows[row]
}

func (s *screen) put(row int, text string) { s.at(row); s.rows[row] = text }

// resize wraps like xterm and its kin; the cursor stays below what was drawn.
func (s *screen) resize(width int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []string
	for _, r := range s.rows[:s.row] {
		for countCells(r) > width {
			rows = append(rows, cutColumns(r, width))
			r = r[len(cutColumns(r, width)):]
		}
		rows = append(rows, r)
	}
	s.width, s.rows, s.row = width, append(rows, ""), len(rows)
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.TrimRight(strings.Join(s.rows, "\n"), "\n") + "\n"
}

func onScreen(width, height int) (*screen, *treeDisplay) {
	sc := &screen{width: width, height: height}
	s := &Streams{Err: &Output{Writer: sc, Terminal: true, size: sc.Size}, Unicode: true}
	return sc, newTTY(s, time.Now)
}

func play(t *testing.T, face Display, events []progress.Event, between func(i int)) {
	start := time.Now()
	offset := start.Sub(events[0].Time)
	for i, e := range events {
		e.Time = e.Time.Add(offset)
		time.Sleep(time.Until(e.Time))
		face.ShowEvent(e)
		between(i)
	}
	face.Close()
}

// TestTTYLeavesTheFinalTree plays a deploy in a window that fits, one that is
// narrow, and one whose height shows only a part of the tree.
func TestTTYLeavesTheFinalTree(t *testing.T) {
	for _, size := range [][2]int{{100, 40}, {32, 40}, {100, 6}, {12, 4}} {
		synctest.Test(t, func(t *testing.T) {
			events := recorded(t, "done")
			sc, face := onScreen(size[0], size[1])
			play(t, face, events, func(int) {})

			if got, want := sc.text(), finalTree(events, size[0]); !strings.HasSuffix(got, want) {
				t.Errorf("%v: got:\n%s\nwant it to end with:\n%s", size, got, want)
			}
			if size[1] == 40 && strings.Count(sc.text(), "caloguessr") != min(1, strings.Count(finalTree(events, size[0]), "caloguessr")) {
				t.Errorf("an old frame is still to be seen:\n%s", sc.text())
			}
			if sc.writes > 72 {
				t.Errorf("%d redraws in 7 seconds", sc.writes)
			}
		})
	}
}

func finalTree(events []progress.Event, width int) string {
	var tree tree
	var b strings.Builder
	for _, e := range events {
		tree.applyEvent(e)
	}
	lines, _ := tree.drawTree(time.Time{}, (&Streams{Unicode: true}).symbols(), width-1)
	for _, l := range lines {
		b.WriteString(l.fitColumns(width-1, false, "…") + "\n")
	}
	return b.String()
}

// TestTTYSurvivesResizing changes the width in the middle.
func TestTTYSurvivesResizing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events := recorded(t, "done")
		sc, face := onScreen(100, 60)
		play(t, face, events, func(i int) {
			switch i {
			case 5:
				time.Sleep(frameInterval)
				synctest.Wait()
				sc.resize(20)
			case 10:
				time.Sleep(frameInterval)
				synctest.Wait()
				sc.resize(70)
			}
		})
		if got, want := sc.text(), finalTree(events, 70); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

// TestTTYClock: while nothing happens, the running step's time goes on.
func TestTTYClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sc, face := onScreen(80, 24)
		defer face.Close()
		now := time.Now()
		face.ShowEvent(progress.Event{Kind: progress.EventBegin, Time: now, App: "app", To: "v1.0.0", Steps: []string{"gate"}})
		face.ShowEvent(progress.Event{Kind: progress.EventStep, Time: now, Step: "gate", Status: progress.StatusRunning})
		time.Sleep(3*time.Second + frameInterval)
		synctest.Wait()
		if want := "└─ ◎ gate    3.1s\n"; !strings.HasSuffix(sc.text(), want) {
			t.Errorf("got:\n%s\nwant it to end with %q", sc.text(), want)
		}
	})
}

func TestWindowKeepsTheFocus(t *testing.T) {
	var lines []line
	for i := range 20 {
		lines = append(lines, line{{fmt.Sprint(i), ordinary}})
	}
	for focus := 1; focus < 20; focus++ {
		for height := range 25 {
			w := keepInSight(lines, focus, height)
			if len(w) > max(2, height) && len(w) != len(lines) || w[0][0].text != "0" {
				t.Fatalf("window(%d, %d) has %d lines", focus, height, len(w))
			}
			found := false
			for _, l := range w {
				found = found || l[0].text == fmt.Sprint(focus)
			}
			if !found {
				t.Errorf("window(focus %d, height %d) loses the focus", focus, height)
			}
		}
	}
}
