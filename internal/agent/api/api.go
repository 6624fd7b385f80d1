// Package api is what the agent and its clients say to each other: HTTP and
// JSON over a Unix socket in the state folder.
//
// It has the paths, the bodies and the translation of errors, so that a
// sentinel error or a Problem arrives as what it was. It sends nothing itself.
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

// AppsPath of all paths. What comes after it is the name of an app.
const AppsPath = "/v1/apps/"

// PingPath answers with Ping and changes nothing.
const PingPath = "/v1/ping"

// PingAnswer says which processes serve a state folder.
type PingAnswer struct {
	Agent  int `json:"agent"`
	Keeper int `json:"keeper"`

	Build string `json:"build"` // identity of the program that they run; see BuildOf
}

// StopPath asks an agent to end everything that it runs, and then itself.
const StopPath = "/v1/stop"

// ReplacePath asks an agent to give its place to another program.
const ReplacePath = "/v1/replace"

// ReplaceRequest names that program. An agent of the same Build has nothing
// to do.
type ReplaceRequest struct {
	Build string   `json:"build"`
	Argv  []string `json:"argv"` // the program's absolute path and the arguments that start an agent
}

// ReplaceAnswer is the answer of an agent that gives its place away. Its process goes
// on until it has answered what was in flight, for LastRequests at most.
type ReplaceAnswer struct {
	InFlight int `json:"inFlight"` // requests
	Agent    int `json:"agent"`    // its process

	Started string `json:"started"` // of that process, as process.Identity has it
}

// MaxFinishTime is how long an agent that gave its place away goes on at most.
const MaxFinishTime = 30 * time.Second

// LockRequest asks for the lock. Nonce makes a repeated request recognisable
// whose first answer was lost.
type LockRequest struct {
	Holder string `json:"holder"`
	Nonce  string `json:"nonce"`
}

// LockAnswer carries the token that all calls under the lock have to show.
type LockAnswer struct {
	Token uint64 `json:"token"`
}

// ApplyRequest says what a color shall run. Where the app listens is no part
// of a release: it is Local, as this machine's work tree has it now.
type ApplyRequest struct {
	Spec    deploy.Spec  `json:"spec"`
	Local   config.Local `json:"local"`
	Project string       `json:"project"` // absolute path that Local's file names are relative to

	PreviewSecret string `json:"previewSecret,omitempty"` // value of the variable that Local names

	Defaulted config.Defaulted `json:"defaulted,omitzero"` // of Local, which does not say it in JSON
}

// SwitchRequest asks for a route, provided that the present one is IfRevision.
type SwitchRequest struct {
	Color      string `json:"color"`
	IfRevision string `json:"ifRevision"`
}

// TextBody is a body with one string: an id, a path.
type TextBody struct {
	Text string `json:"text"`
}

// socketFile is the socket in the state folder, or a link to it.
const socketFile = "agent.sock"

// maxSocketPath is a little less than what systems allow as a socket's path.
const maxSocketPath = 100

// SocketPath returns the path on which the agent of the state folder listens, or
// fs.ErrNotExist where none ever did.
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

// MakeSocket returns a path where the agent of the state folder can listen,
// and removes what a dead one left there. A folder whose path is too long for
// a socket gets a link to a private folder in /tmp: the agent may live longer
// than the session that $XDG_RUNTIME_DIR belongs to, and $TMPDIR can be long.
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

// CheckAppName refuses what cannot be the name of an app, a DNS label. Names
// become parts of paths.
func CheckAppName(app string) error {
	if !names.IsDNS1123Label(app) {
		return problem.New(problem.Usage, "names have up to 63 of a-z, 0-9 and '-', such as caloguessr",
			"%q cannot be the name of an app", app)
	}
	return nil
}

// JournalAnswer is the answer to reading one: all records up to a damage, if any.
type JournalAnswer struct {
	Records []journal.Record `json:"records"`
	Error   *Error           `json:"error,omitempty"`
}

// ContentBody is a file on its way through JSON.
type ContentBody struct {
	Content []byte `json:"content"`
}
