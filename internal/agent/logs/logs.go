// Package logs collects what instances print and reads it back.
//
// An instance writes into a named pipe that outlives the agent. While a killed
// agent restarts, the pipe holds the lines, and the instance gets no SIGPIPE. If
// agent and keeper are both dead, the pipe is full after 64 KiB, and an instance
// that prints more waits until the next command has started an agent.
//
// A [Collector] stamps each line with the time and writes it to a [File], which
// rotates. [StreamLines] merges the files of several instances by time and can
// follow them.
package logs

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// mark is the byte by which a Collector finds its own place in the pipe. Lines
// of text do not contain it; if one does, it is dropped.
const mark = 0

// Collector moves lines from a pipe to a file.
type Collector struct {
	pipe  string
	input *os.File
	file  *File

	mu    sync.Mutex
	marks chan struct{}
	done  chan struct{}
}

// StartCollector starts to move what is written to the named pipe to the log
// file. It makes the pipe if none exists.
func StartCollector(pipe, log string) (*Collector, error) {
	if err := unix.Mkfifo(pipe, 0o600); err != nil && !errors.Is(err, unix.EEXIST) {
		return nil, fmt.Errorf("make log pipe: %w", err)
	}
	// Open for writing too, so that the pipe never reports its end.
	r, err := openPipe(pipe, unix.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	file, err := OpenFile(log)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	c := &Collector{pipe: pipe, input: r, file: file, marks: make(chan struct{}, 1), done: make(chan struct{})}
	go c.collectLines()
	return c, nil
}

// OpenInput opens the end that an instance writes to. It is open for reading as
// well, so that the instance still has a reader when we die.
func (c *Collector) OpenInput() (*os.File, error) {
	return openPipe(c.pipe, 0)
}

// openPipe opens a named pipe and refuses anything else: it could make an
// instance write elsewhere. os.OpenFile would make the instance's output
// non-blocking.
func openPipe(path string, flag int) (*os.File, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOFOLLOW|flag, 0)
	if err != nil {
		return nil, fmt.Errorf("open log pipe: %w", err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFIFO {
		return nil, errors.Join(fmt.Errorf("open log pipe: %s is not a named pipe", path), err, unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), path), nil
}

// FlushLines returns when everything written before is in the file, and ends a
// line that the instance left open.
func (c *Collector) FlushLines() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	in, err := c.OpenInput()
	if err != nil {
		return err
	}
	defer in.Close()
	select {
	case <-c.marks: // left by the instance
	default:
	}
	if _, err := in.Write([]byte{mark}); err != nil {
		return err
	}
	select {
	case <-c.marks:
	case <-c.done:
	}
	return nil
}

// LastLine returns the last line that is not empty.
func (c *Collector) LastLine() string { return c.file.LastLine() }

// Close stops collecting, after a Flush, and removes the pipe.
func (c *Collector) Close() error {
	err := c.FlushLines()
	err = errors.Join(err, c.input.Close(), os.Remove(c.pipe))
	<-c.done
	return errors.Join(err, c.file.Close())
}

// ReleasePipe stops collecting and leaves the pipe, with its content, to another
// Collector.
func (c *Collector) ReleasePipe() error {
	err := c.input.Close()
	<-c.done
	return errors.Join(err, c.file.Close())
}

func (c *Collector) collectLines() {
	defer close(c.done)
	buf := make([]byte, 16<<10)
	for {
		n, err := c.input.Read(buf)
		if err != nil {
			return
		}
		for chunk := buf[:n]; len(chunk) > 0; {
			chunk = c.takeChunk(chunk)
		}
	}
}

// takeChunk writes the chunk up to the next mark and returns what follows. A file
// that cannot be written, for example on a full disk, must not block the
// instance: its lines are lost, and the file says so when there is space again.
func (c *Collector) takeChunk(chunk []byte) (rest []byte) {
	for i, b := range chunk {
		if b != mark {
			continue
		}
		_, _ = c.file.Write(chunk[:i])
		_ = c.file.EndLine()
		select {
		case c.marks <- struct{}{}:
		default: // nobody waits: the mark was the instance's
		}
		return chunk[i+1:]
	}
	_, _ = c.file.Write(chunk)
	return nil
}
