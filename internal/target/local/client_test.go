package local

import (
	"net"
	"strings"
	"testing"
	"time"

	"version-manager/internal/agent/api"
)

// An agent that was stopped has a socket and no answers.
func TestSilentAgentTimesOut(t *testing.T) {
	state := t.TempDir()
	path, err := api.SocketPath(state)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := newClient(state, []string{"false"})
	if err != nil {
		t.Fatal(err)
	}
	c.answerTimeout = 50 * time.Millisecond
	err = c.askQuickly(t.Context(), "GET", api.PingPath, nil, nil)
	if err == nil || !strings.Contains(err.Error(), errSilent.Error()) {
		t.Errorf("got %v", err)
	}
}
