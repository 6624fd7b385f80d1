package waittest

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestReceive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, tt := range map[string]struct {
			after time.Duration
			want  bool
		}{
			"just in time": {Timeout - 1, true},
			"too late":     {Timeout + 1, false},
		} {
			c := make(chan int, 1)
			time.AfterFunc(tt.after, func() { c <- 7 })
			v, ok := receiveWithin(c, Timeout)
			if ok != tt.want || ok && v != 7 {
				t.Errorf("%s: got %d, %v", name, v, ok)
			}
			time.Sleep(2 * Timeout)
		}
	})
}

func TestReceiveFromClosed(t *testing.T) {
	c := make(chan error)
	close(c)
	if err := Receive(t, c); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestClientGivesUp(t *testing.T) {
	if c := Client(t, nil); c.Timeout != Timeout {
		t.Errorf("timeout %v", c.Timeout)
	}
}
