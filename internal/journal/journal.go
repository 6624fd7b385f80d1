// Package journal is the memory of a deploy: an append-only list of records
// that survives a crash of whoever writes it.
//
// Whoever keeps journals, one per deploy of one app, is a Reader and a Writer;
// Dir keeps them on a disk. The package knows nothing of what a record means:
// that is package deploy's.
package journal

import (
	"context"
	"encoding/json"
	"time"
)

// Record is one line of a journal. Seq counts from 1 without gaps.
type Record struct {
	Seq  int             `json:"seq"`
	Time time.Time       `json:"time"`
	Type string          `json:"type"`
	Body json.RawMessage `json:"body,omitempty"`
}

// Reader reads the journals of one app.
type Reader interface {
	// List returns the ids of all deploys, oldest first.
	List(ctx context.Context) ([]string, error)
	// Read returns the records of one deploy. A torn last record, as a crash
	// leaves it, is not returned and is no error; damage before the last
	// record is an error, and the records before the damage are returned.
	Read(ctx context.Context, id string) ([]Record, error)
	// Attachment returns a file kept beside the journal, such as its report.
	Attachment(ctx context.Context, id, name string) ([]byte, error)
}

// Writer adds to the journals of one app. There is one writer at a time: the
// holder of the target's lock.
type Writer interface {
	// Begin makes an empty journal and returns its id. Ids are
	// numbers that count up from 1.
	Begin(ctx context.Context) (id string, err error)
	// Append makes r durable before it returns. Appending a record again
	// that is already the last one does nothing, so a caller that lost the
	// answer may repeat; any other Seq than the next is an error.
	Append(ctx context.Context, id string, r Record) error
	// Attach keeps a file beside the journal, atomically.
	Attach(ctx context.Context, id, name string, content []byte) error
}
