package statedir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/ownership"
)

// Binding says where a state folder was made. It is kept in the folder.
type Binding struct {
	Machine string `json:"machine"`           // see machineOf
	UID     int    `json:"uid"`               // of the user
	Path    string `json:"path"`              // of the folder, without symbolic links
	Project string `json:"project,omitempty"` // the folder of version-manager.yaml
	From    string `json:"from,omitempty"`    // the path before a move that may not have ended
}

const (
	bindingFile = "binding.json"
	maxBinding  = 64 << 10
)

// The reasons why a state folder does not count.
var (
	ErrUnbound   = errors.New("it has no record of where it was created")
	ErrElsewhere = errors.New("it was created elsewhere")
)

// ReadBinding returns the binding of the folder, ErrUnbound where it has none that
// can be read.
func ReadBinding(dir string) (b Binding, err error) {
	content, err := atomicfile.ReadFile(filepath.Join(dir, bindingFile), maxBinding)
	if err == nil {
		err = json.Unmarshal(content, &b)
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return b, err
	case err != nil:
		return Binding{}, ErrUnbound
	}
	return b, nil
}

// VerifyBinding checks that the folder, which exists, is ours and was made here. The
// base is where the machine's number may be kept; empty: not known.
func VerifyBinding(dir, base string, trust ownership.Trust) error {
	if err := trust.Path(dir); err != nil {
		return err
	}
	b, err := ReadBinding(dir)
	if err != nil {
		return err
	}
	switch here := RealPath(dir); {
	case !sameMachine(b.Machine, base):
		return fmt.Errorf("%w: on another machine", ErrElsewhere)
	case !trust.Includes(b.UID):
		return fmt.Errorf("%w: by user %d", ErrElsewhere, b.UID)
	case b.Path != here && b.From != here:
		return fmt.Errorf("%w: in %s", ErrElsewhere, b.Path)
	}
	return nil
}

// WriteBinding makes the folder, which has to exist, belong to this machine, this user
// and the project, durably.
func WriteBinding(dir, base, project string) error {
	return write(dir, Binding{Machine: makeMachine(base), UID: os.Geteuid(), Path: RealPath(dir), Project: project})
}

// SettledFolder ends a move: the previous place no longer counts.
func SettledFolder(dir string) error {
	b, err := ReadBinding(dir)
	if err != nil {
		return err
	}
	b.From = ""
	return write(dir, b)
}

func write(dir string, b Binding) error {
	content, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(filepath.Join(dir, bindingFile), append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("note whose state folder this is: %w", err)
	}
	return nil
}

// InspectFolder looks for what must not be in a folder that comes from elsewhere:
// files of others, and links that lead out of it. What the app itself keeps,
// and images that were unpacked, are not looked into.
func InspectFolder(dir string, trust ownership.Trust) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if e.IsDir() && slices.Contains([]string{"data", "rootfs"}, filepath.Dir(rel)) {
			return fs.SkipDir // which may be another user's, as the app runs as one
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if err := trust.Info(path, info); err != nil {
			return err
		}
		if e.Type()&fs.ModeSymlink != 0 && filepath.Base(path) != "agent.sock" {
			return fmt.Errorf("%s is a symbolic link, which is not allowed there", path)
		}
		return nil
	})
}
