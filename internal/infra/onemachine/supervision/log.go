package supervision

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const (
	maxLogSize = 8 << 20 // bytes; a larger log is rotated
	rotatedExt = ".1"    // appended to the name of the rotated log
)

// OpenLog opens the log of a program for appending. The program writes to the
// file itself, so it keeps logging after our end.
func OpenLog(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return f, nil
}

// rotateLogs moves the content of each log in dir that is larger than limit to
// a second file. The writer keeps its open file: it appends, and so continues at
// the new end.
func rotateLogs(dir string, limit int64) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		return err
	}
	var errs []error
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.Size() > limit {
			errs = append(errs, rotateLog(file))
		}
	}
	return errors.Join(errs...)
}

func rotateLog(file string) error {
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(file+rotatedExt, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close(), os.Truncate(file, 0))
}
