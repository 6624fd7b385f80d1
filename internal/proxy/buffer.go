package proxy

import "sync"

// copyBuffer is a small one while little comes, and a large one out of the pool
// while there is much to move: thousands of slow clients must not hold thousands
// of large ones.
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
	case b.large == nil && n >= len(b.small)-chunkPrefix-chunkSuffix:
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
