package ui

import (
	"io"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

// TestDisplaysDoNotWaitForTheirReader: a reader that stalls holds up no event,
// and still gets everything in the end.
func TestDisplaysDoNotWaitForTheirReader(t *testing.T) {
	for _, p := range []ProgressMode{TTY, Plain, JSONLines} {
		r, w := io.Pipe() // a write waits until it is read
		s, _, _ := TestStreams("")
		s.Err.Writer = w
		face := s.NewDisplay(p, time.Now)
		shown := make(chan struct{})
		go func() {
			defer close(shown)
			for _, e := range recorded(t, "done") {
				face.ShowEvent(e)
			}
		}()
		select {
		case <-shown:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s waits for its reader", p)
		}
		read := make(chan []byte)
		go func() {
			b, _ := io.ReadAll(r) // a pipe fails only if it is told to
			read <- b
		}()
		face.Close()
		w.Close()
		if b := waittest.Receive(t, read); len(b) == 0 {
			t.Errorf("%s shows nothing", p)
		}
	}
}
