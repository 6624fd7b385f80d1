package message

import (
	"bytes"
	"fmt"
	"testing"
)

func TestChunkFitsItsBuffer(t *testing.T) {
	buf := make([]byte, 32<<10)
	n := len(buf) - ChunkPrefix - ChunkSuffix
	for _, n := range []int{1, 15, 16, 255, n} {
		if got, want := string(FrameChunk(buf, n)[:len(fmt.Sprintf("%x", n))+2]), fmt.Sprintf("%x\r\n", n); got != want {
			t.Errorf("chunk of %d begins %q", n, got)
		}
	}
	if out := FrameChunk(buf, n); &out[0] != &buf[ChunkPrefix-len(fmt.Sprintf("%x\r\n", n))] {
		t.Error("a chunk was copied")
	}
}

func TestFrameChunk(t *testing.T) {
	for _, tt := range []struct {
		n    int
		want string
	}{
		{1, "1\r\na\r\n"}, {9, "9\r\naaaaaaaaa\r\n"}, {10, "a\r\naaaaaaaaaa\r\n"}, {16, "10\r\naaaaaaaaaaaaaaaa\r\n"},
	} {
		buf := bytes.Repeat([]byte("a"), ChunkPrefix+16+ChunkSuffix)
		if got := string(FrameChunk(buf, tt.n)); got != tt.want {
			t.Errorf("chunk of %d: %q", tt.n, got)
		}
	}
}

func TestBodyRoom(t *testing.T) {
	buf := make([]byte, ChunkPrefix+3+ChunkSuffix)
	copy(BodyRoom(buf), "abcd")
	if len(BodyRoom(buf)) != 3 || string(RawBody(buf, 3)) != "abc" || string(FrameChunk(buf, 3)) != "3\r\nabc\r\n" {
		t.Errorf("%q", buf)
	}
	if size := len("ffffffff\r\n"); ChunkPrefix < size || ChunkSuffix != len("\r\n") {
		t.Errorf("no room for the size of a chunk of 4 GiB: %d", size)
	}
}
