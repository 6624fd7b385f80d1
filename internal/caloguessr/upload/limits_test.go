package upload

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"
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
