package onemachine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/process"
)

// record is what is known of one program's process. Its identity holds the
// time of its start, so that after a crash or a reboot another process with
// the same number is not taken for it.
type record struct {
	process.Identity
	Node     string    `json:"node"`
	Name     string    `json:"name"`
	Started  time.Time `json:"started"`
	Restarts int       `json:"restarts"`
	Ended    string    `json:"ended,omitempty"` // how the one before ended
}

func (r record) write(dir string) error {
	content, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("record %s of %s: %w", r.Name, r.Node, err)
	}
	if err := atomicfile.Write(recordFile(dir, r.Node, r.Name), content, 0o600); err != nil {
		return fmt.Errorf("record %s of %s: %w", r.Name, r.Node, err)
	}
	return nil
}

// errDamaged: a record can be read and makes no sense.
var errDamaged = errors.New("the record is damaged")

// readRecord returns a zero record where there is none.
func readRecord(dir, node, name string) (r record, err error) {
	content, err := os.ReadFile(recordFile(dir, node, name))
	if errors.Is(err, fs.ErrNotExist) {
		return record{Node: node, Name: name}, nil
	}
	if err != nil {
		return r, fmt.Errorf("read record: %w", err)
	}
	if err := json.Unmarshal(content, &r); err != nil {
		return r, fmt.Errorf("read record of %s: %w: %w", name, errDamaged, err)
	}
	return r, nil
}

// readRecords returns all that can be read, and what is wrong with the others.
func readRecords(dir string) (list []record, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			errs = append(errs, fmt.Errorf("read record: %w", err))
			continue
		}
		var r record
		if err := json.Unmarshal(content, &r); err != nil {
			errs = append(errs, fmt.Errorf("read record %s: %w", file, err))
			continue
		}
		list = append(list, r)
	}
	return list, errors.Join(errs...)
}

func recordFile(dir, node, name string) string {
	return filepath.Join(dir, node+"-"+name+".json")
}
