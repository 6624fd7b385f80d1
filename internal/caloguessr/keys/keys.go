// Package keys keeps the one API key that Caloguessr needs, and gives it to
// nobody but the estimator.
//
// A key comes from the environment or is set through the page. The one from
// the environment has precedence and can neither be shown nor deleted here.
// The other is kept in the data folder, encrypted with AES-256-GCM under a
// random secret in a file beside it; both files are readable by their owner
// only and written atomically. All instances of both colors share the folder
// and read it anew for every use, so a key applies everywhere at once and the
// last writer wins.
//
// What this protects against: the key showing up in a copy of the one file,
// in a support bundle or on a screen; a torn or swapped file, which GCM
// detects; and the key leaving through a page or a log line, because a [Key]
// prints as its last four characters. What it does not: whoever can read both
// files, which is this user, root, and anybody with a copy of the whole
// folder. Keep it out of images and repositories.
//
// Start with [Open].
package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"time"
)

// What can be wrong with a key.
var (
	ErrNone      = errors.New("no key is set")
	ErrBroken    = errors.New("the stored key cannot be read")
	ErrMalformed = errors.New("not a key")
	ErrNoFolder  = errors.New("no folder to keep a key in")
	ErrFixed     = errors.New("the key is set by the environment")
)

var wellFormed = regexp.MustCompile(`^[A-Za-z0-9._-]{20,200}$`)

// Key is an API key. Its value is only had by asking for it.
type Key struct {
	value string
	Saved time.Time // zero: from the environment
}

// RevealKey returns the key itself, for the request that needs it.
func (k Key) RevealKey() string { return k.value }

// LastCharacters returns the last four characters, by which its owner knows it.
func (k Key) LastCharacters() string { return k.value[max(0, len(k.value)-4):] }

// IsFromEnvironment reports whether the key was not set through the page.
func (k Key) IsFromEnvironment() bool { return k.Saved.IsZero() }

// String keeps the key out of logs.
func (k Key) String() string { return "…" + k.LastCharacters() }

// GoString is String for %#v.
func (k Key) GoString() string { return k.String() }

// LogValue is String for slog.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// Store knows the current key.
type Store struct {
	folder string // empty: nothing can be kept
	fixed  string // from the environment; empty: none
}

// OpenStore returns the store in a folder, which is made when it is first written
// to. An empty folder means that no key can be kept, and fixed, if not empty,
// is the environment's key.
func OpenStore(folder, fixed string) (*Store, error) {
	if fixed != "" && !wellFormed.MatchString(fixed) {
		return nil, fmt.Errorf("key from the environment: %w", ErrMalformed)
	}
	return &Store{folder: folder, fixed: fixed}, nil
}

// IsWritable reports whether a key could be kept.
func (s *Store) IsWritable() bool { return s.folder != "" && s.fixed == "" }

// CurrentKey returns the key that is to be used now: ErrNone if there is none,
// ErrBroken if there is one that cannot be read.
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

// SaveKey keeps a key in place of any other.
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
	// Read it back: an instance that repaired a damaged secret at the same
	// moment may have made ours useless.
	if _, err := s.CurrentKey(); errors.Is(err, ErrBroken) {
		return fmt.Errorf("save key: %w", err)
	}
	return nil
}

// DeleteKey forgets the key. It is no error if there is none.
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
