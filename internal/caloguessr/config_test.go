package caloguessr

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/caloguessr/estimate/geminitest"
)

func TestConfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(geminitest.Key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := readConfig(testEnv(t, "HOST", "::1", "PORT", "9000", "GEMINI_API_KEY_FILE", file, "TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8"))
	if err != nil || c.Address != "[::1]:9000" || c.Key != geminitest.Key || len(c.Proxies) != 4 {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = readConfig(func(string) string { return "" })
	if err != nil || c.Address != "127.0.0.1:8080" || c.Model != "gemini-3.5-flash-lite" || c.Build.Version != "dev" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestBadConfig(t *testing.T) {
	for name, value := range map[string]string{
		"PORT": "http", "GEMINI_MODEL": "a model", "TRUSTED_PROXIES": "10.0.0.1", "DRAIN_LINGER": "soon", "DRAIN_TIMEOUT": "-1s",
		"LOG_FORMAT": "xml", "CALOGUESSR_ADMIN_TOKEN": "short", "GEMINI_API_KEY_FILE": "/no/such/file",
	} {
		var stderr bytes.Buffer
		if code := RunServer(t.Context(), testEnv(t, name, value), &stderr); code != 2 || !strings.Contains(stderr.String(), name) {
			t.Errorf("%s=%s: exit code %d, %q", name, value, code, stderr.String())
		}
	}
	var stderr bytes.Buffer
	if code := RunServer(t.Context(), testEnv(t, "GEMINI_API_KEY", "a marker"), &stderr); code != 1 || strings.Contains(stderr.String(), "marker") {
		t.Errorf("a malformed key: exit code %d, %q", code, stderr.String())
	}
}
