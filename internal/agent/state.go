package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"version-manager/internal/agent/entrance"
	"version-manager/internal/agent/statefile"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/atomicfile"
)

// appState is everything that must not be forgotten about an app, except secrets
// and what runs at the moment.
type appState struct {
	App        string                       `json:"app"`
	Active     color.Color                  `json:"active"`
	Revision   uint64                       `json:"revision"`          // of the route
	SwitchedBy uint64                       `json:"switchedBy"`        // token under which it got this revision
	Preview    string                       `json:"preview,omitempty"` // host name
	Edge       edgeSettings                 `json:"edge,omitzero"`
	Entrances  []entrance.Entrance          `json:"entrances,omitempty"`
	Colors     map[color.Color]*wantedColor `json:"colors"`
	Lease      lease                        `json:"lease"`
}

// loadState reads an app's state. If the file was damaged, the state before the
// last change is used: the holder of the lock has to start over, and so have
// callers that read the route's revision.
func loadState(p appPaths, app string) (s appState, aside string, err error) {
	s = appState{App: app}
	aside, err = statefile.LoadDocument(p.stateFile(), &s)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if aside != "" {
		s.Lease.Token += 2
		s.Lease.Held = false
		s.Revision += 2
	}
	if s.Colors == nil {
		s.Colors = map[color.Color]*wantedColor{}
	}
	for _, w := range s.Colors {
		if w.Entrances == nil { // an earlier version of this program did not record them
			w.Entrances = s.Entrances
		}
	}
	return s, aside, err
}

// maxSecretsBytes is more than one call to the agent can bring.
const maxSecretsBytes = 2 * maxRequestBytes

// saveSecrets writes the secrets of a color to a file that only the owner can
// read.
func saveSecrets(p appPaths, c color.Color, secrets deploy.Secrets) error {
	if len(secrets) == 0 {
		return removeSecrets(p, c)
	}
	b, err := json.Marshal(secrets)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(p.secretsFile(c), b, 0o600); err != nil {
		return err
	}
	return removePartialWrites(p, c)
}

func loadSecrets(p appPaths, c color.Color) (secrets deploy.Secrets, err error) {
	b, err := atomicfile.ReadFile(p.secretsFile(c), maxSecretsBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &secrets)
	}
	if err != nil {
		return nil, fmt.Errorf("read the secrets of %s: %w", c, errors.New("the file is damaged; deploy again"))
	}
	return secrets, nil
}

func removeSecrets(p appPaths, c color.Color) error {
	if err := os.Remove(p.secretsFile(c)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return removePartialWrites(p, c)
}

// removePartialWrites removes the temporary files of writes that a crash cut
// short.
func removePartialWrites(p appPaths, c color.Color) error {
	files, err := filepath.Glob(filepath.Join(p.dir, "."+filepath.Base(p.secretsFile(c))+".*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
