package upload

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"version-manager/internal/kit/waittest"
)

func smallLimits() Limits {
	l := DefaultLimits(1 << 20)
	l.Slots = 2
	return l
}

// newClient returns one end of a connection. The other end is a body with a slot.
func newClient(t *testing.T, r *Receiver) (net.Conn, *Body) {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { near.Close(); far.Close() })
	b, err := r.AcquireSlot(far, far.SetReadDeadline)
	if err != nil {
		t.Fatal(err)
	}
	return near, b
}

func TestSlowestLosesItsSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewReceiver(smallLimits())
		slow, slowBody := newClient(t, r)
		fast, fastBody := newClient(t, r)
		go slow.Write(make([]byte, 10))
		go fast.Write(make([]byte, 100_000))
		ended := make(chan error, 1)
		go func() { _, err := io.ReadAll(slowBody); ended <- err }()
		go io.CopyN(io.Discard, fastBody, 100_000)
		if _, err := r.AcquireSlot(fast, fast.SetReadDeadline); !errors.Is(err, ErrBusy) {
			t.Errorf("all slots are taken by new uploads: %v", err)
		}
		time.Sleep(r.limits.Yield)
		newClient(t, r)
		if err := waittest.Receive(t, ended); !errors.Is(err, ErrSlow) {
			t.Errorf("the slowest upload ended with %v", err)
		}
		if _, err := slowBody.Read(make([]byte, 1)); !errors.Is(err, ErrSlow) {
			t.Errorf("the next read returned %v", err)
		}
		slowBody.ReleaseSlot(false)
		if n := r.CountOpen(); n != 2 {
			t.Errorf("%d uploads are open, want 2", n)
		}
	})
}

func TestSlowUploadsEnd(t *testing.T) {
	for _, tt := range []struct {
		name  string
		bytes int
		every time.Duration
		after time.Duration // within a tick
	}{
		{"silent", 0, time.Second, 10 * time.Second},
		{"a byte now and then", 1, 5 * time.Second, 15 * time.Second},
		{"below the rate", 7 << 10, time.Second, 11 * time.Second},
		{"at the rate", 8 << 10, time.Second, 60 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := NewReceiver(smallLimits())
				conn, body := newClient(t, r)
				stop := make(chan struct{})
				go func() {
					for tt.bytes > 0 {
						conn.Write(make([]byte, tt.bytes))
						select {
						case <-time.After(tt.every):
						case <-stop:
							return
						}
					}
				}()
				_, err := io.Copy(io.Discard, body)
				close(stop)
				if took := time.Since(body.start); !errors.Is(err, ErrSlow) || took < tt.after-tt.every || took > tt.after+tt.every {
					t.Errorf("ended after %v with %v, want about %v", took, err, tt.after)
				}
				body.ReleaseSlot(false)
			})
		})
	}
}

func TestArrivedBodyHasNoDeadline(t *testing.T) {
	var last time.Time
	set := func(at time.Time) error { last = at; return nil }
	r := NewReceiver(smallLimits())
	for _, arrived := range []bool{false, true} {
		b, err := r.AcquireSlot(bytes.NewReader([]byte("x")), set)
		if err != nil {
			t.Fatal(err)
		}
		io.ReadAll(b)
		b.ReleaseSlot(arrived)
		if last.IsZero() != arrived {
			t.Errorf("arrived: %t, deadline: %v", arrived, last)
		}
	}
}

func TestStoreFile(t *testing.T) {
	r := NewReceiver(smallLimits())
	for _, n := range []int{0, 1, memoryPartSize - 1, memoryPartSize, memoryPartSize + 1, 1 << 20} {
		want := bytes.Repeat([]byte("0123456789abcdef!"), n/17+1)[:n]
		f, err := r.StoreFile(bytes.NewReader(want))
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if f.Size() != int64(n) {
			t.Errorf("size %d, want %d", f.Size(), n)
		}
		if err := iotest.TestReader(io.NewSectionReader(f, 0, f.Size()), want); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		if err := f.Close(); err != nil || r.memory+r.disk != 0 {
			t.Errorf("closing: %v, %d bytes are left", err, r.memory+r.disk)
		}
	}
}

func TestStorageIsLimited(t *testing.T) {
	r := NewReceiver(smallLimits())
	first, err := r.StoreFile(bytes.NewReader(make([]byte, memoryPartSize+700<<10)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.StoreFile(bytes.NewReader(make([]byte, memoryPartSize+400<<10))); !errors.Is(err, ErrBusy) {
		t.Errorf("more than fits on disk: %v", err)
	}
	if r.memory+r.disk != memoryPartSize+700<<10 {
		t.Errorf("%d bytes are counted after a refused file", r.memory+r.disk)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if f, err := r.StoreFile(bytes.NewReader(make([]byte, 1<<20))); err != nil {
		t.Errorf("after the space was released: %v", err)
	} else if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	crowd := NewReceiver(Limits{Memory: memoryPartSize, Disk: 1 << 20})
	if _, err := crowd.StoreFile(bytes.NewReader(make([]byte, memoryPartSize))); err != nil {
		t.Fatal(err)
	}
	if _, err := crowd.StoreFile(bytes.NewReader(make([]byte, 1))); !errors.Is(err, ErrBusy) {
		t.Errorf("more than fits in memory: %v", err)
	}
	broken := errors.New("broken")
	if _, err := r.StoreFile(io.MultiReader(bytes.NewReader(make([]byte, 1000)), iotest.ErrReader(broken))); !errors.Is(err, broken) || r.memory+r.disk != 0 {
		t.Errorf("a broken upload: %v, %d bytes are left", err, r.memory+r.disk)
	}
}

func TestLargestUploadIsEvicted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := smallLimits()
		l.Disk = 1 << 20
		r := NewReceiver(l)
		hoarder, body := newClient(t, r)
		go hoarder.Write(make([]byte, memoryPartSize+1<<20))
		ended := make(chan error, 1)
		go func() { _, err := r.StoreFile(body); ended <- err }()
		time.Sleep(l.Yield)
		if _, err := r.StoreFile(bytes.NewReader(make([]byte, memoryPartSize))); err != nil {
			t.Errorf("a small file: %v", err)
		}
		if _, err := r.StoreFile(bytes.NewReader(make([]byte, 1<<20))); !errors.Is(err, ErrBusy) {
			t.Errorf("without disk: %v", err)
		}
		if err := waittest.Receive(t, ended); !errors.Is(err, ErrSlow) {
			t.Errorf("the largest upload ended with %v", err)
		}
		if _, err := r.StoreFile(bytes.NewReader(make([]byte, 1<<20))); err != nil {
			t.Errorf("after the largest upload ended: %v", err)
		}
	})
}
