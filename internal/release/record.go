package release

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"version-manager/internal/config"
)

const (
	recordExt      = ".json"
	maxRecordBytes = 4 << 20
)

// recordPath refuses names that would lead elsewhere.
func (s *Store) recordPath(app string, v Version) (string, error) {
	if app == "" || app == "images" || strings.ContainsAny(app, `/\.`) {
		return "", fmt.Errorf("%q is not a valid name for an app", app)
	}
	if parsed, err := ParseVersion(string(v)); err != nil || parsed != v {
		return "", fmt.Errorf("%q is not a canonical version", v)
	}
	return filepath.Join(s.dir, app, string(v)+recordExt), nil
}

// decodeRecord reads a record and checks that it is whole and what its place
// says. The digest of the configuration is taken from the bytes, so that it
// still holds when config.App has grown.
func decodeRecord(b []byte, app string, v Version) (Release, error) {
	var r Release
	var raw struct{ Config json.RawMessage }
	if err := errors.Join(json.Unmarshal(b, &raw), json.Unmarshal(b, &r)); err != nil {
		return Release{}, err
	}
	if r.App != app || r.Version != v {
		return Release{}, fmt.Errorf("it is the record of %s %s", r.App, r.Version)
	}
	if _, err := v1.NewHash(r.Image); err != nil {
		return Release{}, fmt.Errorf("image digest %q: %w", r.Image, err)
	}
	id, err := config.DigestJSON(raw.Config)
	if err != nil {
		return Release{}, err
	}
	if id != r.ConfigID {
		return Release{}, fmt.Errorf("the configuration has the digest %s, not %s", id, r.ConfigID)
	}
	return r, nil
}

// joinVersions writes "v1.0.0, v1.1.0 or v1.2.0".
func joinVersions(versions []Version) string {
	s := ""
	for i, v := range versions {
		switch {
		case i > 0 && i == len(versions)-1:
			s += " or "
		case i > 0:
			s += ", "
		}
		s += string(v)
	}
	return s
}
