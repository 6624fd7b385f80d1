package targets

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"version-manager/internal/kit/atomicfile"
)

// consentFile is where a user's base folder keeps the clusters that this user
// has agreed to, by the name of the context. It is with none of the apps, so
// that no repository can bring an answer along.
const consentFile = "contexts.json"

// maxConsentBytes is far more than the file has.
const maxConsentBytes = 1 << 20

// agreement is one of those clusters. Another cluster can easily have the same
// name and address, but not the same certificate authority.
type agreement struct {
	Server    string `json:"server"`
	Authority string `json:"authority,omitempty"`
}

// readConsent reads what the user has agreed to. An empty base has nothing.
func readConsent(base string) (map[string]agreement, error) {
	agreed := map[string]agreement{}
	if base == "" {
		return agreed, nil
	}
	content, err := atomicfile.ReadFile(filepath.Join(base, consentFile), maxConsentBytes)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return agreed, nil
	case err != nil:
		return nil, fmt.Errorf("read the contexts that were used before: %w", err)
	}
	if json.Unmarshal(content, &agreed) != nil {
		return map[string]agreement{}, nil // a damaged record contains no agreement
	}
	return agreed, nil
}

// writeConsent remembers answers. Without a base, the next call asks again.
func writeConsent(base string, agreed map[string]agreement) error {
	if base == "" {
		return nil
	}
	content, err := json.MarshalIndent(agreed, "", "  ")
	if err != nil {
		return err
	}
	err = atomicfile.MakeDir(base)
	if err == nil {
		err = atomicfile.WriteFile(filepath.Join(base, consentFile), append(content, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("remember the context: %w", err)
	}
	return nil
}
