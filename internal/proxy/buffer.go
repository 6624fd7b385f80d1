package proxy

import "sync"

// buffer is a small one while little comes, and a large one out of the pool
// while there is much to move: thousands of slow clients must not hold thousands
// of large ones.
type buffer struct {
	pool  *sync.Pool
	small []byte
	large *[]byte // nil: small is used
}

func (b *buffer) bytes() []byte {
	if b.large != nil {
		return *b.large
	}
	return b.small
}

// fit chooses the buffer for the next read by how much the last one brought.
func (b *buffer) fit(n int) {
	switch {
	case b.large == nil && n >= len(b.small)-chunkPrefix-chunkSuffix:
		b.large = b.pool.Get().(*[]byte)
	case b.large != nil && n < len(b.small):
		b.giveBack()
	}
}

func (b *buffer) giveBack() {
	if b.large != nil {
		b.pool.Put(b.large)
		b.large = nil
	}
}
