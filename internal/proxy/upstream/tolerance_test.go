package upstream

import (
	"testing"
	"time"
)

// A request that cannot be repeated goes over a kept connection only if the
// app is known to keep one for longer.
func TestConnectionForWhatCannotBeRepeated(t *testing.T) {
	const second = time.Second
	for _, tt := range []struct {
		open, closed, idled time.Duration
		want                bool
	}{
		{0, 0, 1, false},
		{second, 0, second/2 - idleSafetyMargin - 1, true},
		{second, 0, second/2 - idleSafetyMargin, false},
		{second, second / 10, second/20 - idleSafetyMargin - 1, true},
		{second, second / 10, second/20 - idleSafetyMargin, false},
		{second / 10, second, second / 20, false},
		{2 * idleSafetyMargin, 0, 0, false},
	} {
		var p idleTolerance
		p.sawOpen(tt.open)
		p.sawOpen(tt.open / 2)
		if tt.closed > 0 {
			p.sawClosed(tt.closed)
			p.sawClosed(2 * tt.closed)
		}
		if got := p.coversIdle(tt.idled); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}
