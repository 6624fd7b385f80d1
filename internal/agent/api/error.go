package api

import (
	"context"
	"errors"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/kit/problem"
)

// Error is an error as it is sent.
type Error struct {
	Message string         `json:"message"`
	Code    string         `json:"code,omitempty"` // of the sentinel in the chain
	Holder  *deploy.Holder `json:"holder,omitempty"`
	Now     time.Time      `json:"now,omitzero"`
	Problem *Problem       `json:"problem,omitempty"`
}

// Problem is a problem.Problem; its cause has become text.
type Problem struct {
	Kind  problem.Kind `json:"kind"`
	What  string       `json:"what"`
	Cause string       `json:"cause,omitempty"`
	Hint  string       `json:"hint,omitempty"`
	Lines []string     `json:"lines,omitempty"`
}

func sentinelErrors() map[string]error {
	return map[string]error{
		"conflict":  deploy.ErrConflict,
		"fenced":    deploy.ErrFenced,
		"refused":   deploy.ErrRefused,
		"not found": journal.ErrNotFound,
		"canceled":  context.Canceled,
	}
}

// FromError converts err for sending.
func FromError(err error) Error {
	e := Error{Message: err.Error()}
	if held, ok := errors.AsType[*deploy.HeldError](err); ok {
		e.Holder, e.Now = &held.Holder, held.Now
	}
	for code, sentinel := range sentinelErrors() {
		if errors.Is(err, sentinel) {
			e.Code = code
		}
	}
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		e.Problem = &Problem{Kind: p.Kind, What: p.What, Hint: p.Hint, Lines: p.Lines}
		if p.Cause != nil {
			e.Problem.Cause = p.Cause.Error()
		}
	}
	return e
}

// ToError restores the error that was sent.
func (e Error) ToError() error {
	if e.Holder != nil {
		return &deploy.HeldError{Holder: *e.Holder, Now: e.Now}
	}
	sentinel := sentinelErrors()[e.Code]
	if e.Problem == nil {
		return &remote{e.Message, sentinel}
	}
	p := problem.New(e.Problem.Kind, e.Problem.Hint, "%s", e.Problem.What).With(e.Problem.Lines...)
	if e.Problem.Cause != "" || sentinel != nil {
		p.Cause = &remote{e.Problem.Cause, sentinel}
	}
	return p
}

// remote is an error of the other side: its text and its sentinel.
type remote struct {
	text string
	is   error // may be nil
}

func (r *remote) Error() string { return r.text }
func (r *remote) Unwrap() error { return r.is }
