package proxy

import (
	"sync"
	"testing"
)

func TestBufferFits(t *testing.T) {
	pool := sync.Pool{New: func() any { b := make([]byte, bufSize); return &b }}
	b := buffer{pool: &pool, small: make([]byte, chunkPrefix+smallSize+chunkSuffix)}
	for i, step := range []struct{ came, size int }{
		{1, smallSize},
		{smallSize - 1, smallSize},
		{smallSize, bufSize - chunkPrefix - chunkSuffix},
		{bufSize / 2, bufSize - chunkPrefix - chunkSuffix},
		{10, smallSize},
	} {
		if b.fit(step.came); len(room(b.bytes())) != step.size {
			t.Errorf("step %d: room for %d, want %d", i, len(room(b.bytes())), step.size)
		}
	}
}
