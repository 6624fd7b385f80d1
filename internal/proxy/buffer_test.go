package proxy

import (
	"sync"
	"testing"
)

func TestBufferFits(t *testing.T) {
	pool := sync.Pool{New: func() any { b := make([]byte, largeBufferSize); return &b }}
	b := copyBuffer{pool: &pool, small: make([]byte, chunkPrefix+smallBufferSize+chunkSuffix)}
	for i, step := range []struct{ came, size int }{
		{1, smallBufferSize},
		{smallBufferSize - 1, smallBufferSize},
		{smallBufferSize, largeBufferSize - chunkPrefix - chunkSuffix},
		{largeBufferSize / 2, largeBufferSize - chunkPrefix - chunkSuffix},
		{10, smallBufferSize},
	} {
		if b.fitSize(step.came); len(bodyRoom(b.currentBytes())) != step.size {
			t.Errorf("step %d: room for %d, want %d", i, len(bodyRoom(b.currentBytes())), step.size)
		}
	}
}
