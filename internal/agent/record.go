package agent

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/process"
)

// processRecord is what the next agent has to know of an instance.
type processRecord struct {
	Proc     process.Identity `json:"process"`
	Mark     string           `json:"mark,omitempty"` // of all that the process starts
	Stop     syscall.Signal   `json:"stop,omitempty"` // asks it to end; 0: SIGTERM
	Key      string           `json:"key"`
	Address  string           `json:"address"`
	Started  time.Time        `json:"started"`
	Restarts int              `json:"restarts"`
	Ready    bool             `json:"ready"`
	Folder   string           `json:"folder"` // in which it was written, see folderOf
}

// processGroup is the process with all that it has started.
func (r processRecord) processGroup() process.Group {
	return process.Group{Leader: r.Proc, Mark: r.Mark}
}

// signalToStop asks the process to end.
func (r processRecord) signalToStop() syscall.Signal { return cmp.Or(r.Stop, syscall.SIGTERM) }

// maxRecordBytes is far more than a record has.
const maxRecordBytes = 64 << 10

// errCopied: the record came here with a copy of the folder. The process that
// it names belongs to the original.
var errCopied = errors.New("the record is a copy")

func readRecord(file string) (r processRecord, err error) {
	b, err := atomicfile.ReadFile(file, maxRecordBytes)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return processRecord{}, err
	}
	here, err := folderOf(file)
	if err != nil {
		return processRecord{}, err
	}
	if r.Folder != here {
		return processRecord{}, errCopied
	}
	return r, nil
}

func (r processRecord) writeTo(file string) (err error) {
	if r.Folder, err = folderOf(file); err != nil {
		return err
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(file, b, 0o600)
}

// folderOf identifies the folder of a file. It stays the same when the folder
// is moved, and is another one for a copy.
func folderOf(file string) (string, error) {
	info, err := os.Stat(filepath.Dir(file))
	if err != nil {
		return "", err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", errors.New("this system does not number its folders")
	}
	return fmt.Sprintf("%d:%d", st.Dev, st.Ino), nil
}
