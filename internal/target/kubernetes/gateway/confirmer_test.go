package gateway

import (
	"testing"
	"time"
)

func TestCountObeying(t *testing.T) {
	const passOver = 2 * time.Second
	obeys, lags, gone := proxy{inRow: AnswersNeeded}, proxy{inRow: 1}, proxy{left: true}
	deaf := proxy{silent: failureTime{passed: passOver}, reload: time.Second}
	slow := proxy{wrong: failureTime{passed: passOver}, reload: time.Second}
	stuck := proxy{wrong: failureTime{passed: passOver + time.Second}, reload: time.Second}
	for name, tt := range map[string]struct {
		asked         []proxy
		passOverAfter time.Duration
		obey          int
		want          bool
	}{
		"nobody":                       {nil, 0, 0, true},
		"all follow":                   {[]proxy{obeys, obeys}, 0, 2, true},
		"one lags":                     {[]proxy{obeys, lags}, passOver, 0, false},
		"one is silent":                {[]proxy{obeys, deaf}, 0, 0, false},
		"one is silent, on a rollback": {[]proxy{obeys, deaf}, passOver, 1, true},
		"one is wrong":                 {[]proxy{obeys, stuck}, 0, 0, false},
		"one is slow, on a rollback":   {[]proxy{obeys, slow}, passOver, 0, false},
		"one is wrong, on a rollback":  {[]proxy{obeys, stuck}, passOver, 1, true},
		"all are silent":               {[]proxy{deaf, deaf}, passOver, 0, false},
		"all are wrong":                {[]proxy{stuck, stuck}, passOver, 0, false},
		"one left, one is silent":      {[]proxy{gone, deaf}, passOver, 0, false},
		"all left":                     {[]proxy{gone}, 0, 0, true},
	} {
		asked := map[string]*proxy{}
		for i := range tt.asked {
			asked[string(rune('a'+i))] = &tt.asked[i]
		}
		if n, got := countObeying(asked, tt.passOverAfter); n != tt.obey || got != tt.want {
			t.Errorf("%s: all follow: %v, with %d", name, got, n)
		}
	}
}
