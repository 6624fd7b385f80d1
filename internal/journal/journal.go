// Package journal is the memory of a deploy: an append-only list of records
// that survives a crash of its writer.
//
// A store of journals, one per deploy of an app, is a Reader and a Writer; Dir
// keeps them on a disk. The package does not know what a record means: package
// deploy does.
package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Record is one line of a journal. Seq counts from 1 without gaps.
type Record struct {
	Seq  int             `json:"seq"`
	Time time.Time       `json:"time"`
	Type string          `json:"type"`
	Body json.RawMessage `json:"body,omitempty"`
}

// CheckNext reports whether a record may follow the others. A record that is
// already the last one exists: appending it again does nothing, so a writer that
// lost the answer may repeat. Anything but the next one is an error.
func CheckNext(records []Record, r Record) (exists bool, err error) {
	if n := len(records); n > 0 && records[n-1].Seq == r.Seq {
		return true, checkSame(records[n-1], r)
	}
	if want := len(records) + 1; r.Seq != want {
		return false, fmt.Errorf("unexpected record %d, want %d", r.Seq, want)
	}
	return false, nil
}

func checkSame(last, r Record) error {
	have, err := Encode(last)
	if err != nil {
		return err
	}
	line, err := Encode(r)
	if err == nil && !bytes.Equal(have, line) {
		err = fmt.Errorf("record %d already exists with different content", last.Seq)
	}
	return err
}

// ParseID returns the number of a deploy. Ids come from a command line or a
// socket: anything but a plain positive number is [ErrNotFound].
func ParseID(id string) (int, error) {
	n, err := strconv.Atoi(id)
	if err != nil || n < 1 || strconv.Itoa(n) != id {
		return 0, fmt.Errorf("deploy %q: %w: an ID is a number", id, ErrNotFound)
	}
	return n, nil
}

// Reader reads the journals of one app.
type Reader interface {
	// ListDeploys returns the ids of all deploys, oldest first.
	ListDeploys(ctx context.Context) ([]string, error)
	// Read returns the records of one deploy. A torn last record, as a crash
	// leaves it, is not returned and is not an error; damage before the last
	// record is an error, and the records before the damage are returned.
	Read(ctx context.Context, id string) ([]Record, error)
	// ReadAttachment returns a file kept beside the journal, such as its report.
	ReadAttachment(ctx context.Context, id, name string) ([]byte, error)
}

// Writer adds to the journals of one app. There is one writer at a time: the
// holder of the target's lock.
type Writer interface {
	// BeginDeploy makes an empty journal and returns its id. Ids are
	// numbers that count up from 1.
	BeginDeploy(ctx context.Context) (id string, err error)
	// AppendRecord makes r durable before it returns. Appending a record again
	// that is already the last one does nothing, so a caller that lost the
	// answer may repeat; any other Seq than the next is an error.
	AppendRecord(ctx context.Context, id string, r Record) error
	// AttachFile keeps a file beside the journal, atomically.
	AttachFile(ctx context.Context, id, name string, content []byte) error
}
