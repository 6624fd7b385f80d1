package caloguessr

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTokenLengthLimit(t *testing.T) {
	for length, ok := range map[int]bool{minTokenLength - 1: false, minTokenLength: true, minTokenLength + 1: true} {
		if _, err := readConfig(testEnv(t, "CALOGUESSR_ADMIN_TOKEN", strings.Repeat("t", length))); (err == nil) != ok {
			t.Errorf("%d characters: %v, want ok %t", length, err, ok)
		}
	}
}

func TestKeyFileSizeLimit(t *testing.T) {
	for size, ok := range map[int]bool{maxKeyFileSize - 1: true, maxKeyFileSize: true, maxKeyFileSize + 1: false} {
		file := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(file, []byte(strings.Repeat("k", size)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readConfig(testEnv(t, "GEMINI_API_KEY_FILE", file)); (err == nil) != ok {
			t.Errorf("%d bytes: %v, want ok %t", size, err, ok)
		}
	}
}

func TestPortLimits(t *testing.T) {
	for port, ok := range map[string]bool{"-1": false, "0": true, "1": true, "65535": true, "65536": false} {
		if _, err := readConfig(testEnv(t, "PORT", port)); (err == nil) != ok {
			t.Errorf("port %s: %v, want ok %t", port, err, ok)
		}
	}
}
