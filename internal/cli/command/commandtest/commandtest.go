// Package commandtest makes invocations for tests.
package commandtest

import (
	"bytes"
	"time"

	"version-manager/internal/cli/command"
	"version-manager/internal/ui"
)

// NewInvocation returns an invocation without terminal and environment, and
// what it writes.
func NewInvocation() (inv *command.Invocation, out, err *bytes.Buffer) {
	streams, out, err := ui.TestStreams("")
	inv = &command.Invocation{Streams: streams, Getenv: func(string) string { return "" }, Now: time.Now}
	inv.Global.Format, inv.Global.Progress = ui.Text, ui.Auto
	return inv, out, err
}
