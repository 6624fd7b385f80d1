package main

import (
	"fmt"
	"sync"
)

// report collects what a chapter found. Its methods may be called from any
// goroutine.
type report struct {
	mu         sync.Mutex
	cases      int
	deviations []string
	notes      []string
	skipped    string
}

// checkCase counts one case; an error is a deviation.
func (r *report) checkCase(name string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cases++
	if err != nil {
		r.deviations = append(r.deviations, fmt.Sprintf("%s: %v", name, err))
	}
}

// addNote adds a line of measurements below the table.
func (r *report) addNote(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// skipChapter says why this machine cannot run the chapter, or a part of it.
func (r *report) skipChapter(why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.skipped = why
}

// addDeviation adds a deviation that belongs to no case.
func (r *report) addDeviation(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deviations = append(r.deviations, err.Error())
}
