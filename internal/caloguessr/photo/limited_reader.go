package photo

import (
	"context"
	"io"
	"runtime"
	"runtime/metrics"
)

// memoryCheckInterval is the number of bytes between two looks at the memory.
const memoryCheckInterval = 64 << 10

// limitedReader fails when its context ends, or when the process uses more memory
// than allowed. Decoders know of neither, but all of them read. memoryNeed foresees
// what a decoder allocates because of the header; this is for what it allocates
// because of the content.
type limitedReader struct {
	ctx     context.Context
	r       io.Reader
	ceiling int64 // bytes of the whole heap; 0: no limit
	read    int
}

func (p *limitedReader) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	if p.read >= memoryCheckInterval {
		p.read = 0
		if p.ceiling > 0 && heapSize() > p.ceiling && heapAfterCollection() > p.ceiling {
			return 0, ErrTooLarge
		}
	}
	n, err := p.r.Read(b[:min(len(b), memoryCheckInterval)])
	p.read += n
	return n, err
}

// heapSize returns the bytes of all objects, including garbage.
func heapSize() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

func heapAfterCollection() int64 {
	runtime.GC()
	return heapSize()
}
