package certificate

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"version-manager/internal/kit/atomicfile"
)

// savedCopy is the copy of the last good certificate. It names the files that it
// came from, so that it is never served for others.
type savedCopy struct {
	Files Files  `json:"files"`
	Cert  []byte `json:"cert"`
	Key   []byte `json:"key"`
}

// CopyPath returns where the copy for some files is, in a private folder.
func CopyPath(dir string, files Files) string {
	sum := sha256.Sum256([]byte(files.Cert + "\x00" + files.Key))
	return filepath.Join(dir, fmt.Sprintf("certificate-%x.json", sum[:6]))
}

// RemoveCopies removes all copies from the folder.
func RemoveCopies(dir string) error {
	found, err := filepath.Glob(filepath.Join(dir, "certificate-*.json"))
	for _, path := range found {
		err = errors.Join(err, removeCopy(path))
	}
	return err
}

// RemoveCopy removes the copy, when the certificate is not served anymore.
func (s *Source) RemoveCopy() error { return removeCopy(s.copy) }

func removeCopy(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove copy of the certificate: %w", err)
	}
	return nil
}

func writeCopy(path string, files Files, p pemPair) error {
	b, err := json.Marshal(savedCopy{files, p.cert, p.key})
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(path, b, 0o600)
}

// usableCopy is a copy that can be served.
type usableCopy struct {
	pemPair
	parsed *tls.Certificate
}

func readCopy(path string, files Files) (good usableCopy, ok bool) {
	b, err := readFile(path)
	if err != nil {
		return good, false
	}
	var k savedCopy
	if json.Unmarshal(b, &k) != nil || k.Files != files {
		return good, false
	}
	good.pemPair = pemPair{k.Cert, k.Key}
	good.parsed, err = good.parsePair()
	return good, err == nil
}
