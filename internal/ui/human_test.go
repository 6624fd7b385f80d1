package ui

import (
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:                           "0ms",
		0:                                      "0ms",
		94 * time.Millisecond:                  "94ms",
		95 * time.Millisecond:                  "0.1s",
		840 * time.Millisecond:                 "0.8s",
		9949 * time.Millisecond:                "9.9s",
		9950 * time.Millisecond:                "10s",
		59499 * time.Millisecond:               "59s",
		59500 * time.Millisecond:               "1m00s",
		185 * time.Second:                      "3m05s",
		time.Hour - 501*time.Millisecond:       "59m59s",
		time.Hour - time.Millisecond:           "1h00m",
		2*time.Hour + 4*time.Minute:            "2h04m",
		24*time.Hour - time.Second:             "1d",
		3*24*time.Hour + 14*time.Hour:          "4d",
		3*24*time.Hour + 10*time.Hour:          "3d",
		23*time.Hour + 59*time.Minute:          "23h59m",
		9*time.Second + 960*time.Millisecond:   "10s",
		time.Minute + 400*time.Millisecond:     "1m00s",
		119*time.Second + 600*time.Millisecond: "2m00s",
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("Duration(%s) = %q, want %q", time.Duration.String(d), got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 4512: "4,512", 1234567: "1,234,567", -4512: "-4,512"} {
		if got := FormatCount(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
	if got := FormatPlural(1, "request"); got != "1 request" {
		t.Error(got)
	}
	if got := FormatPlural(4512, "request"); got != "4,512 requests" {
		t.Error(got)
	}
}

func TestAge(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-time.Minute:        "just now", // the clocks of two machines differ
		2 * time.Second:     "just now",
		42 * time.Second:    "42s ago",
		3 * time.Minute:     "3m ago",
		5 * time.Hour:       "5h ago",
		49 * time.Hour:      "2d ago",
		31 * 24 * time.Hour: "2026-03-31",
	} {
		if got := FormatAge(now.Add(-d), now); got != want {
			t.Errorf("Age(-%s) = %q, want %q", d, got, want)
		}
	}
	if got := FormatAge(time.Time{}, now); got != "never" {
		t.Errorf("Age(zero) = %q", got)
	}
}

func TestClock(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.Local)
	zone, _ := now.Zone()
	for want, at := range map[string]time.Time{
		"11:59:59":                    now.Add(-time.Second).UTC(),
		"2026-04-30 12:00:00 " + zone: now.AddDate(0, 0, -1),
	} {
		if got := FormatClock(at, now); got != want {
			t.Errorf("Clock(%s) = %q, want %q", at, got, want)
		}
	}
}
