// Package statefile keeps a JSON document on disk through crashes and damage.
//
// [SaveDocument] replaces the document atomically and keeps the previous one.
// [LoadDocument] checks the document against its checksum. A damaged document is
// set aside for a person to look at, and the previous one is used. So one torn
// file costs at most the last change.
//
// For documents that grow there is package journal.
package statefile

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"version-manager/internal/kit/atomicfile"
)

const checksumPrefix = "version-manager state sha256:"

// maxFileBytes is far more than the state of an app takes.
const maxFileBytes = 64 << 20

// ErrDamaged means that neither the document nor the previous one can be read.
var ErrDamaged = errors.New("damaged")

// SaveDocument writes v to path, readable only by the owner, and keeps the
// previous document. When it returns nil, v survives a power failure.
func SaveDocument(path string, v any) error {
	body, err := EncodeDocument(v)
	if err != nil {
		return err
	}
	if err := keepPrevious(path); err != nil {
		return fmt.Errorf("keep the previous state: %w", err)
	}
	if err := atomicfile.WriteFile(path, body, 0o600); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return nil
}

// LoadDocument reads the document at path into v. If it was damaged and the
// previous one was used instead, aside is where the damaged file is now. If there
// is no document at all, the error is fs.ErrNotExist.
func LoadDocument(path string, v any) (aside string, err error) {
	err = readDocument(path, v)
	if err == nil {
		return "", nil
	}
	prevErr := readDocument(path+".prev", v)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case missing && errors.Is(prevErr, fs.ErrNotExist):
		return "", fmt.Errorf("read %s: %w", path, fs.ErrNotExist)
	case prevErr != nil:
		return "", fmt.Errorf("read %s: %w: %w", path, ErrDamaged, err)
	case missing:
		return path, nil
	}
	aside = path + ".damaged"
	if err := os.Rename(path, aside); err != nil {
		return "", fmt.Errorf("set damaged state aside: %w", err)
	}
	return aside, nil
}

// PeekDocument is LoadDocument without changing anything: a damaged file stays
// where it is.
func PeekDocument(path string, v any) error {
	err := readDocument(path, v)
	if err != nil && readDocument(path+".prev", v) == nil {
		return nil
	}
	return err
}

// EncodeDocument returns v as it stands in a file: a line with the checksum, then
// JSON.
func EncodeDocument(v any) ([]byte, error) {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode state: %w", err)
	}
	body = append(body, '\n')
	return append(fmt.Appendf(nil, "%s%x\n", checksumPrefix, sha256.Sum256(body)), body...), nil
}

// DecodeDocument checks and reads what EncodeDocument returned.
func DecodeDocument(file []byte, v any) error {
	head, body, ok := bytes.Cut(file, []byte("\n"))
	sum, named := bytes.CutPrefix(head, []byte(checksumPrefix))
	if !ok || !named {
		return errors.New("the first line is not a checksum")
	}
	if want := fmt.Sprintf("%x", sha256.Sum256(body)); string(sum) != want {
		return errors.New("the checksum does not match")
	}
	return json.Unmarshal(body, v)
}

func readDocument(path string, v any) error {
	file, err := atomicfile.ReadFile(path, maxFileBytes)
	if err != nil {
		return err
	}
	return DecodeDocument(file, v)
}

// keepPrevious gives the current document a second name. The first name stays
// until the next document takes it, so that one of them always exists.
func keepPrevious(path string) error {
	prev := path + ".prev"
	if err := os.Remove(prev); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Link(path, prev); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
