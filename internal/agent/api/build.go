package api

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
)

// BuildOf identifies an executable by its content. Revisions would not
// distinguish two builds of a work tree with changes.
func BuildOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("identify the program: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("identify the program: %w", err)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:12]), nil
}
