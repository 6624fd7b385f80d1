package statedir

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/kit/atomicfile"
)

// A machine is known by the number that its system has given it, or, where
// it has none, as in most containers and on macOS, by one that we keep with
// the user's state. The numbers are hashed, because they must stay private.
const (
	bySystem = "system:"
	byUser   = "user:"
)

const machineFile = "machine-id"

// machineFor is the machine's number as it is now, "" where it has none.
func machineFor(base string) string {
	for _, file := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if id, err := os.ReadFile(file); err == nil && len(bytes.TrimSpace(id)) >= 32 {
			return bySystem + hashOf(id)
		}
	}
	return userMachine(base)
}

func userMachine(base string) string {
	if base == "" {
		return ""
	}
	id, err := atomicfile.ReadFile(filepath.Join(base, machineFile), 1<<10)
	if err != nil || len(bytes.TrimSpace(id)) == 0 {
		return ""
	}
	return byUser + hashOf(id)
}

// makeMachine is machineFor, after giving the machine a number if it has none.
func makeMachine(base string) string {
	if now := machineFor(base); now != "" || base == "" {
		return now
	}
	if err := atomicfile.MakeDir(base); err != nil {
		return ""
	}
	_ = atomicfile.WriteFile(filepath.Join(base, machineFile), []byte(rand.Text()+"\n"), 0o600) // without it there is no number, as before
	return userMachine(base)
}

// sameMachine compares with what a binding says. Without a base, which an
// agent does not know, a number that is kept there cannot be compared; the process
// that started the agent has done it.
func sameMachine(bound, base string) bool {
	if base == "" && strings.HasPrefix(bound, byUser) {
		return true
	}
	return bound == machineFor(base)
}

func hashOf(id []byte) string {
	sum := sha256.Sum256(append([]byte("version-manager state "), bytes.TrimSpace(id)...))
	return hex.EncodeToString(sum[:8])
}
