// Package keys stores the one API key that Caloguessr needs, and gives it only to the
// estimator.
//
// A key comes from the environment or is set on the settings page. The one from the
// environment takes precedence and can be neither shown nor deleted. The other one is
// stored in the data folder, encrypted with AES-256-GCM and a random secret in a second
// file. Only the owner can read the files, and they are written atomically. All
// instances of both colors share the folder and read it for every use, so a change
// applies everywhere at once, and the last writer wins.
//
// This protects against a key that shows up in a copy of the one file, in a support
// bundle, or on a screen; against a torn or swapped file, which GCM detects; and against
// a key that leaks through a page or a log line, because a [Key] prints as its last four
// characters. It does not protect against anyone who can read both files: this user,
// root, and everyone with a copy of the whole folder. Keep it out of images and
// repositories.
//
// Start with [OpenStore].
package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"time"
)

// Errors of a Store.
var (
	ErrNone      = errors.New("no key is set")
	ErrBroken    = errors.New("the stored key cannot be read")
	ErrMalformed = errors.New("not a key")
	ErrNoFolder  = errors.New("no folder to store a key in")
	ErrFixed     = errors.New("the key is set by the environment")
)

var wellFormed = regexp.MustCompile(`^[A-Za-z0-9._-]{20,200}$`)

// Key is an API key. Only RevealKey returns its value.
type Key struct {
	value string
	Saved time.Time // zero if it is from the environment
}

// RevealKey returns the key itself.
func (k Key) RevealKey() string { return k.value }

// LastCharacters returns the last four characters, by which the owner recognizes
// the key.
func (k Key) LastCharacters() string { return k.value[max(0, len(k.value)-4):] }

// IsFromEnvironment reports whether the key is from the environment.
func (k Key) IsFromEnvironment() bool { return k.Saved.IsZero() }

// String keeps the key out of logs.
func (k Key) String() string { return "…" + k.LastCharacters() }

// GoString is String for %#v.
func (k Key) GoString() string { return k.String() }

// LogValue is String for slog.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// Store stores the key.
type Store struct {
	folder string // empty: no key can be stored
	fixed  string // from the environment; may be empty
}

// OpenStore returns the store in a folder, which is created by the first write.
// Without a folder, no key can be stored. A fixed key comes from the environment and
// may be empty.
func OpenStore(folder, fixed string) (*Store, error) {
	if fixed != "" && !wellFormed.MatchString(fixed) {
		return nil, fmt.Errorf("key from the environment: %w", ErrMalformed)
	}
	return &Store{folder: folder, fixed: fixed}, nil
}

// IsWritable reports whether SaveKey and DeleteKey can work.
func (s *Store) IsWritable() bool { return s.folder != "" && s.fixed == "" }

// CurrentKey returns the key to use. The error is ErrNone if no key is set, and
// ErrBroken if it cannot be read.
func (s *Store) CurrentKey() (Key, error) {
	if s.fixed != "" {
		return Key{value: s.fixed}, nil
	}
	if s.folder == "" {
		return Key{}, ErrNone
	}
	sealed, err := s.readFile(sealedFile)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, ErrNone
	}
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	secret, err := s.readFile(secretFile)
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	k, err := unsealKey(secret, sealed)
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return k, nil
}

// SaveKey stores a key and replaces the one before.
func (s *Store) SaveKey(value string, now time.Time) error {
	if err := s.checkWritable(); err != nil {
		return err
	}
	if !wellFormed.MatchString(value) {
		return ErrMalformed
	}
	secret, err := s.ensureSecret()
	if err != nil {
		return fmt.Errorf("save key: %w", err)
	}
	sealed, err := sealKey(secret, Key{value: value, Saved: now})
	if err != nil {
		return fmt.Errorf("save key: %w", err)
	}
	if err := s.replaceFile(sealedFile, sealed); err != nil {
		return fmt.Errorf("save key: %w", err)
	}
	// Read it back: another instance may have replaced a damaged secret at the
	// same moment.
	if _, err := s.CurrentKey(); errors.Is(err, ErrBroken) {
		return fmt.Errorf("save key: %w", err)
	}
	return nil
}

// DeleteKey deletes the stored key, if there is one.
func (s *Store) DeleteKey() error {
	if err := s.checkWritable(); err != nil {
		return err
	}
	if err := s.removeFile(sealedFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete key: %w", err)
	}
	return nil
}

func (s *Store) checkWritable() error {
	switch {
	case s.fixed != "":
		return ErrFixed
	case s.folder == "":
		return ErrNoFolder
	}
	return nil
}
