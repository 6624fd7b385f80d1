package proxy

import (
	"sync"
	"testing"
	"version-manager/internal/proxy/message"
)

func TestBufferFits(t *testing.T) {
	pool := sync.Pool{New: func() any { b := make([]byte, largeBufferSize); return &b }}
	b := copyBuffer{pool: &pool, small: make([]byte, message.ChunkPrefix+smallBufferSize+message.ChunkSuffix)}
	for i, step := range []struct{ came, size int }{
		{1, smallBufferSize},
		{smallBufferSize - 1, smallBufferSize},
		{smallBufferSize, largeBufferSize - message.ChunkPrefix - message.ChunkSuffix},
		{largeBufferSize / 2, largeBufferSize - message.ChunkPrefix - message.ChunkSuffix},
		{10, smallBufferSize},
	} {
		if b.fitSize(step.came); len(message.BodyRoom(b.currentBytes())) != step.size {
			t.Errorf("step %d: room for %d, want %d", i, len(message.BodyRoom(b.currentBytes())), step.size)
		}
	}
}
