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

// check counts one case; an error is a deviation.
func (r *report) check(name string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cases++
	if err != nil {
		r.deviations = append(r.deviations, fmt.Sprintf("%s: %v", name, err))
	}
}

// note adds a line of measurements below the table.
func (r *report) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// skip says why this machine cannot run the chapter, or a part of it.
func (r *report) skip(why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.skipped = why
}

// deviate adds a deviation that belongs to no case.
func (r *report) deviate(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deviations = append(r.deviations, err.Error())
}
