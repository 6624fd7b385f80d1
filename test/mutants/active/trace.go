package active

import (
	"os"
	"sync"
)

// traceFile remembers in a file which mutants' code has run. A file survives
// every way in which a test process can end, and all processes that a test
// starts write to the same one.
type traceFile struct {
	file *os.File
	seen sync.Map // int: marked already
}

func openTrace() *traceFile {
	name := os.Getenv(TraceVariable)
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil // a test has taken the variable's file away: nothing more to record
	}
	return &traceFile{file: f}
}

func (t *traceFile) markRun(id int) {
	if _, marked := t.seen.LoadOrStore(id, true); !marked {
		_, _ = t.file.WriteAt([]byte{1}, int64(id)) // a mark that is lost makes the mutant count as not run
	}
}
