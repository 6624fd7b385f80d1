package agent

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"version-manager/internal/agent/api"
	"version-manager/internal/kit/atomicfile"
)

// keys open what the ingress of an app keeps from the public. They are in a
// file of their own, which no backup contains.
type keys struct {
	Probe   string `json:"probe"`             // what the probe of a deploy sends
	Preview string `json:"preview,omitempty"` // what people send who may see the preview
}

// maxKeysBytes is far more than the keys need.
const maxKeysBytes = 64 << 10

// loadKeys reads the keys. If the file is missing or damaged, the next deploy
// makes new ones.
func loadKeys(p appPaths) (k keys) {
	b, err := atomicfile.ReadFile(p.keysFile(), maxKeysBytes)
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		slog.Error("read the keys of the ingress", "error", err)
		return keys{}
	}
	return k
}

// probeSecret returns what the probe has to send, and makes it the first time.
func (a *app) probeSecret() (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.keys.Probe != "" {
		return a.keys.Probe, nil
	}
	next := a.keys
	next.Probe = rand.Text()
	return next.Probe, a.saveKeys(next)
}

// setPreviewSecret changes what people have to send.
func (a *app) setPreviewSecret(secret string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.keys.Preview == secret {
		return nil
	}
	next := a.keys
	next.Preview = secret
	return a.saveKeys(next)
}

// openPreview uses the secret of an apply. If its caller does not have the
// value of the variable, the one before stays.
func (a *app) openPreview(req api.ApplyRequest) error {
	if req.Local.PreviewSecret != "" && req.PreviewSecret == "" {
		return nil
	}
	return a.setPreviewSecret(req.PreviewSecret)
}

// saveKeys makes the keys durable and then uses them. The caller holds mu.
func (a *app) saveKeys(next keys) error {
	b, err := json.Marshal(next)
	if err == nil {
		err = a.paths.makeDirs()
	}
	if err == nil {
		err = atomicfile.WriteFile(a.paths.keysFile(), b, 0o600)
	}
	if err != nil {
		return fmt.Errorf("save the keys of the ingress: %w", err)
	}
	a.keys = next
	a.proxy.SetRules(a.state.proxyRules(next))
	return nil
}

// dropKeys removes the keys with the app. The next deploy makes others.
func (a *app) dropKeys() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := os.Remove(a.paths.keysFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	a.keys = keys{}
	return nil
}
