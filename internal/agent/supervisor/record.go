package supervisor

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

// Record is what the next agent has to know of an instance.
type Record struct {
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

const (
	recordSuffix = ".json"
	// maxRecordBytes is far more than a record has.
	maxRecordBytes = 64 << 10
)

func recordFile(runDir, id string) string { return filepath.Join(runDir, id+recordSuffix) }

func pipeFile(runDir, id string) string { return filepath.Join(runDir, id+".fifo") }

// processGroup is the process with all that it has started.
func (r Record) processGroup() process.Group { return process.Group{Leader: r.Proc, Mark: r.Mark} }

// signalToStop asks the process to end.
func (r Record) signalToStop() syscall.Signal { return cmp.Or(r.Stop, syscall.SIGTERM) }

// errCopied: the record came here with a copy of the folder. The process that
// it names belongs to the original.
var errCopied = errors.New("the record was copied from elsewhere")

// ReadRecord returns the record of an instance. It does not accept a record
// that was copied here.
func ReadRecord(runDir, id string) (r Record, err error) {
	file := recordFile(runDir, id)
	b, err := atomicfile.ReadFile(file, maxRecordBytes)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return Record{}, err
	}
	here, err := folderOf(file)
	if err != nil {
		return Record{}, err
	}
	if r.Folder != here {
		return Record{}, errCopied
	}
	return r, nil
}

// HasRecord reports whether a folder holds a record that was written in it.
func HasRecord(runDir string) bool {
	files, _ := filepath.Glob(recordFile(runDir, "*")) // the pattern is well formed
	for _, file := range files {
		if _, err := ReadRecord(filepath.Dir(file), filepath.Base(file[:len(file)-len(recordSuffix)])); err == nil {
			return true
		}
	}
	return false
}

// WriteTo writes the record of an instance to the folder.
func (r Record) WriteTo(runDir, id string) (err error) {
	file := recordFile(runDir, id)
	if r.Folder, err = folderOf(file); err != nil {
		return err
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(file, b, 0o600)
}

// folderOf identifies the folder of a file. The identity survives a move of the
// folder, and a copy has another one.
func folderOf(file string) (string, error) {
	info, err := os.Stat(filepath.Dir(file))
	if err != nil {
		return "", err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", errors.New("this file system has no inode numbers")
	}
	return fmt.Sprintf("%d:%d", st.Dev, st.Ino), nil
}
