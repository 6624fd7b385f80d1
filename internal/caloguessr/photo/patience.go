package photo

import (
	"context"
	"io"
	"runtime"
	"runtime/metrics"
)

// memoryCheckInterval is after how many bytes of a file the memory is looked at.
const memoryCheckInterval = 64 << 10

// limitedReader is a reader that gives up with its context, or when the process is
// about to use more memory than it may. Decoders know neither, but all of
// them keep reading. What a decoder allocates by the header is known
// beforehand; this is for what it allocates by the content.
type limitedReader struct {
	ctx     context.Context
	r       io.Reader
	ceiling int64 // bytes of the whole heap; 0: none
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

// heapSize is what all objects take, those included that nobody needs any more.
func heapSize() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

func heapAfterCollection() int64 {
	runtime.GC()
	return heapSize()
}
