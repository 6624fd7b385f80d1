package supervision

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

// Record is what is known about the process of one program. The identity
// contains the time of its start, so that another process with the same number
// is not mistaken for it after a crash or a reboot.
type Record struct {
	process.Identity
	Node     string    `json:"node"`
	Name     string    `json:"name"`
	Started  time.Time `json:"started"`
	Restarts int       `json:"restarts"`
	Ended    string    `json:"ended,omitempty"` // how the process before it ended
}

// ErrDamaged means that a record was read but makes no sense.
var ErrDamaged = errors.New("the record is damaged")

// WriteRecord replaces the record of a program in dir.
func WriteRecord(dir string, r Record) error {
	content, err := json.Marshal(r)
	if err == nil {
		err = atomicfile.WriteFile(RecordFile(dir, r.Node, r.Name), content, 0o600)
	}
	if err != nil {
		return fmt.Errorf("write record of %s of %s: %w", r.Name, r.Node, err)
	}
	return nil
}

// ReadRecord returns the record of a program, without a process if there is no
// record. It fails with ErrDamaged if the file makes no sense.
func ReadRecord(dir, node, name string) (r Record, err error) {
	content, err := os.ReadFile(RecordFile(dir, node, name))
	if errors.Is(err, fs.ErrNotExist) {
		return Record{Node: node, Name: name}, nil
	}
	if err != nil {
		return r, fmt.Errorf("read record: %w", err)
	}
	if err := json.Unmarshal(content, &r); err != nil {
		return r, fmt.Errorf("read record of %s of %s: %w: %w", name, node, ErrDamaged, err)
	}
	return r, nil
}

// ListRecords returns all records that can be read, and the errors of the
// others.
func ListRecords(dir string) (list []Record, err error) {
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
		var r Record
		if err := json.Unmarshal(content, &r); err != nil {
			errs = append(errs, fmt.Errorf("read record %s: %w: %w", file, ErrDamaged, err))
			continue
		}
		list = append(list, r)
	}
	return list, errors.Join(errs...)
}

// RecordFile is the file of a program's record.
func RecordFile(dir, node, name string) string {
	return filepath.Join(dir, node+"-"+name+".json")
}
