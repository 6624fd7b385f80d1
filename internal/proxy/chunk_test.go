package proxy

import (
	"fmt"
	"testing"
)

func TestChunkFitsItsBuffer(t *testing.T) {
	buf := make([]byte, largeBufferSize)
	n := len(buf) - chunkPrefix - chunkSuffix
	for _, n := range []int{1, 15, 16, 255, n} {
		if got, want := string(frameChunk(buf, n)[:len(fmt.Sprintf("%x", n))+2]), fmt.Sprintf("%x\r\n", n); got != want {
			t.Errorf("chunk of %d begins %q", n, got)
		}
	}
	if out := frameChunk(buf, n); &out[0] != &buf[chunkPrefix-len(fmt.Sprintf("%x\r\n", n))] {
		t.Error("a chunk was copied")
	}
}
