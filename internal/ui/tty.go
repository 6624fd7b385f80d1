package ui

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"version-manager/internal/progress"
)

// treeDisplay is the live tree. It draws over itself, at most ten times a second and
// only if something changed, and leaves its last state in the scrollback.
//
// No line is left to the terminal to wrap: that would break the count of rows to go back. When the
// window gets narrower, terminals wrap what was drawn before, which is why
// the columns of each drawn line are kept and the rows counted again.
type treeDisplay struct {
	s   *Streams
	sym symbols
	now func() time.Time

	mu   sync.Mutex // guards tree
	tree tree

	frame string // what is on the screen now; only the drawing goroutine knows
	drawn []int  // the columns that each of its lines needs

	stop sync.Once
	quit chan struct{}
	done chan struct{}
}

var _ Display = (*treeDisplay)(nil)

const frameInterval = 100 * time.Millisecond

func newTTY(s *Streams, now func() time.Time) *treeDisplay {
	t := &treeDisplay{s: s, sym: s.symbols(), now: now, quit: make(chan struct{}), done: make(chan struct{})}
	go t.drawLoop()
	return t
}

func (t *treeDisplay) ShowEvent(e progress.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tree.applyEvent(t.s.adaptEvent(e))
}

// Close draws the final state in full.
func (t *treeDisplay) Close() {
	t.stop.Do(func() { close(t.quit) })
	<-t.done
}

func (t *treeDisplay) drawLoop() {
	defer close(t.done)
	tick := time.NewTicker(frameInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			t.drawFrame(false)
		case <-t.quit:
			t.drawFrame(true)
			return
		}
	}
}

func (t *treeDisplay) drawFrame(final bool) {
	width, height := t.s.Err.TerminalSize()
	lines := t.visibleTree(final, width-1, height)
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.fitColumns(width-1, t.s.Err.Color, t.sym.ellipsis) + "\x1b[K\n")
	}
	if b.String() == t.frame {
		return
	}
	up := countRows(t.drawn, width)
	t.frame, t.drawn = b.String(), lineColumns(lines, width-1)
	_, _ = t.s.Err.Write([]byte(moveUp(up) + t.frame + "\x1b[J")) // a deploy does not fail for want of a screen
}

// visibleTree is the tree as it is now: all of it at the end, before that what fits.
func (t *treeDisplay) visibleTree(final bool, width, height int) []line {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tree.begin.Time.IsZero() {
		return nil
	}
	lines, focus := t.tree.drawTree(t.now(), t.sym, width)
	if final {
		return lines
	}
	return keepInSight(lines, focus, height-1)
}

// moveUp moves the cursor to the start of the row that is n rows up.
func moveUp(n int) string {
	if n == 0 {
		return "\r"
	}
	return "\r\x1b[" + strconv.Itoa(n) + "A"
}

// keepInSight keeps at most height lines: the headline and those around focus.
func keepInSight(lines []line, focus, height int) []line {
	height = max(height, 2)
	if len(lines) <= height {
		return lines
	}
	room := height - 1
	first := min(max(1, focus-room/2), len(lines)-room)
	return append(lines[:1:1], lines[first:first+room]...)
}

// countRows is how many rows lines of these widths take now that the window is
// width columns wide.
func countRows(drawn []int, width int) int {
	n := 0
	for _, columns := range drawn {
		n += max(1, (columns+width-1)/max(1, width))
	}
	return n
}

func lineColumns(lines []line, limit int) []int {
	n := make([]int, len(lines))
	for i, l := range lines {
		n[i] = min(l.countCells(), limit)
	}
	return n
}
