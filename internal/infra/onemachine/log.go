package onemachine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const (
	logSize  = 8 << 20 // bytes after which a log is turned
	logAfter = ".1"    // ending of the older half
)

// openLog opens the log of a program. The program writes to the file itself
// and not to us, so that it survives our end.
func openLog(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return f, nil
}

// turnLogs moves what is in each log that has grown beyond limit to a second
// file. Its writer appends, and so goes on at the new end.
func turnLogs(dir string, limit int64) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		return err
	}
	var errs []error
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.Size() > limit {
			errs = append(errs, turn(file))
		}
	}
	return errors.Join(errs...)
}

func turn(file string) error {
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(file+logAfter, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close(), os.Truncate(file, 0))
}
