package release

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"version-manager/internal/config"
	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/filelock"
	"version-manager/internal/kit/problem"
)

// PutRecord keeps a record forever. Putting the same one again does nothing; a
// different one under the same version is refused.
func (s *Store) PutRecord(r Release) error {
	b, err := config.CanonicalJSON(r)
	if err != nil {
		return err
	}
	path, err := s.recordPath(r.App, r.Version)
	if err != nil {
		return err
	}
	if _, err := decodeRecord(b, r.App, r.Version); err != nil {
		return fmt.Errorf("record %s: %w", r.Version, err)
	}
	locked, err := filelock.OpenLocked(filepath.Join(s.dir, "records.lock"))
	if err != nil {
		return fmt.Errorf("record %s: %w", r.Version, err)
	}
	defer locked.Close()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("record %s: %w", r.Version, err)
	}
	atomicfile.RemoveStaged(filepath.Dir(path))
	if old, err := s.readRecord(r.App, r.Version); err == nil {
		if was, err := config.CanonicalJSON(old); err == nil && bytes.Equal(was, b) {
			return nil
		}
		return problem.New(problem.Failed, "", "%s already exists, and a release never changes", r.Version)
	}
	if err := atomicfile.WriteFile(path, b, 0o600); err != nil {
		return fmt.Errorf("record %s: %w", r.Version, err)
	}
	return nil
}

// GetRecord returns the record of one version.
func (s *Store) GetRecord(app string, v Version) (Release, error) {
	r, err := s.readRecord(app, v)
	if !errors.Is(err, os.ErrNotExist) {
		return r, err
	}
	have, _ := s.ListRecords(app) // damaged neighbors do not matter here
	var versions []Version
	for _, r := range have {
		versions = append(versions, r.Version)
	}
	p := problem.New(problem.NotFound, "version-manager list", "there is no version %s of %s", v, app)
	if near := NearestVersions(v, versions); len(near) > 0 {
		p.What += ": did you mean " + joinVersions(near) + "?"
	}
	return Release{}, p
}

// ListRecords returns all records of an app, newest version last. Damaged ones are
// reported in the error; the others are returned all the same.
func (s *Store) ListRecords(app string) ([]Release, error) {
	if _, err := s.recordPath(app, "v0.0.0"); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(filepath.Join(s.dir, app))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var out []Release
	var damaged []error
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), recordExt)
		if !ok {
			continue // a staged file that a crash left behind
		}
		r, err := s.readRecord(app, Version(name))
		if err != nil {
			damaged = append(damaged, err)
			continue
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Release) int { return a.Version.CompareTo(b.Version) })
	return out, errors.Join(damaged...)
}

func (s *Store) readRecord(app string, v Version) (Release, error) {
	path, err := s.recordPath(app, v)
	if err != nil {
		return Release{}, err
	}
	b, err := atomicfile.ReadFile(path, maxRecordBytes)
	if err != nil {
		return Release{}, err
	}
	r, err := decodeRecord(b, app, v)
	if err != nil {
		return Release{}, problem.Wrap(err, problem.Failed, fmt.Sprintf("rm '%s' && version-manager create %s", path, v),
			"the record of %s %s is damaged", app, v)
	}
	return r, nil
}
