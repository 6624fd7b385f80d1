package proxy

import (
	"sync"

	"version-manager/internal/proxy/message"
)

const (
	// smallBufferSize is what an upload holds while it waits for its client, in
	// bytes.
	smallBufferSize = 2 << 10
	// largeBufferSize is what bodies are moved in: large enough to be fast,
	// small enough for some hundred slow streams.
	largeBufferSize = 32 << 10
)

// copyBuffer is a small buffer while little arrives, and a large one from the
// pool while there is much to move: thousands of slow clients must not hold
// thousands of large buffers.
type copyBuffer struct {
	pool  *sync.Pool
	small []byte
	large *[]byte // nil: small is used
}

func (b *copyBuffer) currentBytes() []byte {
	if b.large != nil {
		return *b.large
	}
	return b.small
}

// fitSize chooses the buffer for the next read by how much the last one brought.
func (b *copyBuffer) fitSize(n int) {
	switch {
	case b.large == nil && n >= len(message.BodyRoom(b.small)):
		b.large = b.pool.Get().(*[]byte)
	case b.large != nil && n < len(b.small):
		b.returnLarge()
	}
}

func (b *copyBuffer) returnLarge() {
	if b.large != nil {
		b.pool.Put(b.large)
		b.large = nil
	}
}
