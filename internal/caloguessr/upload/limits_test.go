package upload

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/kit/waittest"
)

// TestStorageLimits fills memory and disk to the last byte.
func TestStorageLimits(t *testing.T) {
	const disk = 1 << 20
	for _, tt := range []struct {
		name string
		size int
		want error
	}{
		{"memory only", memoryPartSize, nil},
		{"one byte on disk", memoryPartSize + 1, nil},
		{"one byte below the disk limit", memoryPartSize + disk - 1, nil},
		{"exactly the disk limit", memoryPartSize + disk, nil},
		{"one byte above the disk limit", memoryPartSize + disk + 1, ErrBusy},
	} {
		r := NewReceiver(Limits{Memory: memoryPartSize, Disk: disk})
		f, err := r.StoreFile(bytes.NewReader(make([]byte, tt.size)))
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if err != nil {
			continue
		}
		if _, err := r.StoreFile(bytes.NewReader([]byte{1})); !errors.Is(err, ErrBusy) {
			t.Errorf("%s: one byte more than the memory: %v", tt.name, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestYieldLimit: an upload may lose its slot from Yield on, not before.
func TestYieldLimit(t *testing.T) {
	for _, after := range []time.Duration{-time.Nanosecond, 0, time.Nanosecond} {
		synctest.Test(t, func(t *testing.T) {
			l := smallLimits()
			l.Slots = 1
			r := NewReceiver(l)
			newClient(t, r)
			time.Sleep(l.Yield + after)
			_, err := r.AcquireSlot(bytes.NewReader(nil), func(time.Time) error { return nil })
			if want := after >= 0; (err == nil) != want {
				t.Errorf("%s after Yield: %v, want ok %t", after, err, want)
			}
		})
	}
}

// TestIdleLimit: the time without a byte is what matters, not the rate.
func TestIdleLimit(t *testing.T) {
	for pause, want := range map[time.Duration]error{2*time.Second - time.Nanosecond: nil, 2*time.Second + time.Nanosecond: ErrSlow} {
		synctest.Test(t, func(t *testing.T) {
			r := NewReceiver(Limits{Slots: 1, Idle: 2 * time.Second, Total: time.Hour, Grace: time.Hour})
			conn, body := newClient(t, r)
			written := make(chan struct{})
			go func() {
				defer close(written)
				time.Sleep(pause)
				conn.Write([]byte{1})
			}()
			if _, err := body.Read(make([]byte, 1)); !errors.Is(err, want) {
				t.Errorf("a byte after %s: %v, want %v", pause, err, want)
			}
			conn.Close() // a late byte is not read
			waittest.Receive(t, written)
		})
	}
}

func TestTotalLimit(t *testing.T) {
	for after, want := range map[time.Duration]error{time.Minute - time.Nanosecond: nil, time.Minute: ErrSlow, time.Minute + time.Nanosecond: ErrSlow} {
		synctest.Test(t, func(t *testing.T) {
			r := NewReceiver(Limits{Slots: 1, Idle: time.Hour, Total: time.Minute, Grace: time.Hour})
			b, err := r.AcquireSlot(bytes.NewReader([]byte{1}), func(time.Time) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(after)
			if _, err := b.Read(make([]byte, 1)); !errors.Is(err, want) {
				t.Errorf("a read after %s: %v, want %v", after, err, want)
			}
		})
	}
}

func TestRateLimit(t *testing.T) {
	const grace, rate = 10 * time.Second, 1000
	for _, tt := range []struct {
		after time.Duration
		bytes int64
		slow  bool
	}{
		{grace - time.Nanosecond, 0, false}, {grace, 0, false}, {grace + time.Nanosecond, 0, true},
		{20 * time.Second, 20*rate - 1, true}, {20 * time.Second, 20 * rate, false}, {20 * time.Second, 20*rate + 1, false},
	} {
		start := time.Unix(1_800_000_000, 0)
		b := &Body{receiver: NewReceiver(Limits{Grace: grace, Rate: rate}), start: start}
		b.read.Store(tt.bytes)
		if got := b.isTooSlow(start.Add(tt.after)); got != tt.slow {
			t.Errorf("%d bytes in %s: too slow %t, want %t", tt.bytes, tt.after, got, tt.slow)
		}
	}
}

func TestSlotLimit(t *testing.T) {
	r := NewReceiver(Limits{Slots: 3, Yield: time.Hour})
	for n := 1; n <= 4; n++ {
		_, err := r.AcquireSlot(bytes.NewReader(nil), func(time.Time) error { return nil })
		if want := n <= 3; (err == nil) != want || err != nil && !errors.Is(err, ErrBusy) {
			t.Errorf("upload %d of 3 slots: %v", n, err)
		}
	}
}
