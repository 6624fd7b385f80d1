// Package api is the protocol between the agent and its clients: HTTP and JSON
// over a Unix socket in the state folder.
//
// It has the paths, the bodies, and the translation of errors, so that a
// sentinel error or a problem.Problem arrives as what it was. It sends nothing
// itself.
package api

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/kit/names"
	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
)

// AppsPath is the prefix of all paths about an app. The app's name follows it.
const AppsPath = "/v1/apps/"

// PingPath answers with a PingAnswer and changes nothing.
const PingPath = "/v1/ping"

// PingAnswer names the processes that serve a state folder.
type PingAnswer struct {
	Agent  int `json:"agent"`
	Keeper int `json:"keeper"`

	Build string `json:"build"` // identifies the program that they run; see BuildOf
}

// StopPath asks an agent to stop everything that it runs, and then itself.
const StopPath = "/v1/stop"

// ReplacePath asks an agent to let another program take over.
const ReplacePath = "/v1/replace"

// ReplaceRequest names that program. An agent of the same Build does nothing.
type ReplaceRequest struct {
	Build string   `json:"build"`
	Argv  []string `json:"argv"` // the program's absolute path and the arguments that start an agent
}

// ReplaceAnswer is the answer of an agent that is being replaced. Its process
// runs until it has answered what was in flight, for MaxFinishTime at most.
type ReplaceAnswer struct {
	InFlight int `json:"inFlight"` // requests
	Agent    int `json:"agent"`    // its process

	Started string `json:"started"` // of that process, as process.Identity has it
}

// MaxFinishTime limits how long a replaced agent goes on.
const MaxFinishTime = 30 * time.Second

// LockRequest asks for the lock. Nonce identifies a repeated request whose first
// answer was lost.
type LockRequest struct {
	Holder string `json:"holder"`
	Nonce  string `json:"nonce"`
}

// LockAnswer carries the token that all calls under the lock have to send.
type LockAnswer struct {
	Token uint64 `json:"token"`
}

// ApplyRequest says what a color has to run. Where the app listens is not part
// of a release: it is Local, as the work tree on this machine has it now.
type ApplyRequest struct {
	Spec    deploy.Spec  `json:"spec"`
	Local   config.Local `json:"local"`
	Project string       `json:"project"` // absolute path that Local's file names are relative to

	PreviewSecret string `json:"previewSecret,omitempty"` // value of the variable that Local names

	Defaulted config.Defaulted `json:"defaulted,omitzero"` // of Local, which does not say it in JSON
}

// SwitchRequest asks for a route, provided that the current one is IfRevision.
type SwitchRequest struct {
	Color      string `json:"color"`
	IfRevision string `json:"ifRevision"`
}

// TextBody is a body with one string, such as an ID or a path.
type TextBody struct {
	Text string `json:"text"`
}

// socketFile is the socket in the state folder, or a link to it.
const socketFile = "agent.sock"

// maxSocketPath is a little less than what systems allow as a socket's path.
const maxSocketPath = 100

// SocketPath returns the path at which the agent of the state folder listens, or
// fs.ErrNotExist if none ever did.
func SocketPath(dir string) (string, error) {
	path := filepath.Join(dir, socketFile)
	if to, err := os.Readlink(path); err == nil {
		return to, ownership.Of(os.Getenv).Path(filepath.Dir(to))
	}
	if len(path) > maxSocketPath {
		return "", fmt.Errorf("find the agent's socket: %w", fs.ErrNotExist)
	}
	return path, nil
}

// MakeSocket returns a path where the agent of the state folder can listen, and
// removes what a dead agent left there. A folder whose path is too long for a
// socket gets a link to a private folder in /tmp: the agent may outlive the
// session that $XDG_RUNTIME_DIR belongs to, and $TMPDIR can be long.
func MakeSocket(dir string) (string, error) {
	path := filepath.Join(dir, socketFile)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return "", fmt.Errorf("remove old socket: %w", err)
	}
	if len(path) <= maxSocketPath {
		return path, nil
	}
	private, err := os.MkdirTemp("/tmp", "version-manager-")
	if err != nil {
		return "", fmt.Errorf("make folder for the socket: %w", err)
	}
	to := filepath.Join(private, socketFile)
	if err := os.Symlink(to, path); err != nil {
		return "", fmt.Errorf("link to the socket: %w", err)
	}
	return to, nil
}

// RemoveSocket removes what MakeSocket made.
func RemoveSocket(dir string) {
	path := filepath.Join(dir, socketFile)
	if to, err := os.Readlink(path); err == nil {
		os.RemoveAll(filepath.Dir(to))
	}
	os.Remove(path)
}

// CheckAppName refuses names that are not DNS labels. Names become parts of
// paths.
func CheckAppName(app string) error {
	if !names.IsDNS1123Label(app) {
		return problem.New(problem.Usage, "names have up to 63 of a-z, 0-9 and '-', such as caloguessr",
			"%q is not a valid name for an app", app)
	}
	return nil
}

// JournalAnswer is a journal: all records up to a damaged one, if any.
type JournalAnswer struct {
	Records []journal.Record `json:"records"`
	Error   *Error           `json:"error,omitempty"`
}

// ContentBody is a file in JSON.
type ContentBody struct {
	Content []byte `json:"content"`
}
