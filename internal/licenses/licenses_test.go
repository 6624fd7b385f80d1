package licenses

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteKeepsEachTextOnce(t *testing.T) {
	a, b, none := t.TempDir(), t.TempDir(), t.TempDir()
	for file, text := range map[string]string{
		a + "/LICENSE": "same\r\n", a + "/NOTICE": "a's", b + "/COPYING.txt": "same", b + "/licenses.go": "package b", b + "/LICENSE-MIT": "same",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := WriteNotices(&out, []Module{{"a", "v1", a}, {"b", "v2", b}, {"c", "", none}}); err != nil {
		t.Fatal(err)
	}
	for want, n := range map[string]int{"same\n": 1, "a v1 LICENSE\nb v2 COPYING.txt\nb v2 LICENSE-MIT\n": 1, "a v1 NOTICE\n": 1, "package b": 0, "c\n\nNo license": 1} {
		if got := strings.Count(out.String(), want); got != n {
			t.Errorf("%q is there %d times, want %d:\n%s", want, got, n, out.String())
		}
	}
}

func TestTextLimit(t *testing.T) {
	for size, ok := range map[int]bool{maxText: true, maxText + 1: false} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "LICENSE"), bytes.Repeat([]byte{'x'}, size), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := WriteNotices(&bytes.Buffer{}, []Module{{"m", "v1", dir}}); (err == nil) != ok {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if err := WriteNotices(&bytes.Buffer{}, []Module{{"m", "v1", filepath.Join(t.TempDir(), "gone")}}); err == nil {
		t.Error("a module that is not there has licenses")
	}
}

func TestCached(t *testing.T) {
	if got, err := cachedFolder("github.com/BurntSushi/toml", "v1.0.0", "/mod"); got != "/mod/github.com/!burnt!sushi/toml@v1.0.0" || err != nil {
		t.Errorf("got %s, %v", got, err)
	}
	for _, path := range []string{"", "../x", "/x"} {
		if _, err := cachedFolder(path, "v1.0.0", "/mod"); err == nil {
			t.Errorf("%q leads somewhere", path)
		}
	}
}
