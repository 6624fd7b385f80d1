package gitrepo

import (
	"bytes"
	"strings"
	"testing"
)

func TestParseTree(t *testing.T) {
	id := strings.Repeat("\xab", 20)
	for text, ok := range map[string]bool{
		"":                               true,
		"100644 a\x00" + id:              true,
		"100664 a\x00" + id:              true,
		"160000 a\nb\xff\x00" + id:       true,
		"40000 sub\x00" + id:             true,
		"100644 a\x00" + id[:19]:         false,
		"100644 a" + id:                  false,
		"100644":                         false,
		"100644 \x00" + id:               false,
		"100644 a/b\x00" + id:            false,
		"40000 ..\x00" + id:              false,
		"40000 .\x00" + id:               false,
		"40000 .git\x00" + id:            false,
		"100644 .GIT\x00" + id:           false,
		"100644 .gitignore\x00" + id:     true,
		"010000 fifo\x00" + id:           false,
		"100644 a\x00" + id + "trailing": false,
	} {
		entries, err := parseTree([]byte(text), 40)
		if (err == nil) != ok {
			t.Errorf("%q: %+v, %v", text, entries, err)
		}
	}
}

func FuzzParseTree(f *testing.F) {
	f.Add([]byte("100644 a\x00"+strings.Repeat("\xab", 20)), false)
	f.Add([]byte("40000 sub\x00"+strings.Repeat("\xab", 32)), true)
	f.Fuzz(func(t *testing.T, b []byte, long bool) {
		length := 40
		if long {
			length = 64
		}
		entries, err := parseTree(b, length)
		if err != nil {
			return
		}
		for _, e := range entries {
			if e.name == "" || strings.ContainsAny(e.name, "/\x00") || strings.EqualFold(e.name, ".git") || len(e.id) != length {
				t.Errorf("accepted %+v", e)
			}
			if !bytes.Contains(b, []byte(e.name)) {
				t.Errorf("invented %q", e.name)
			}
		}
	})
}

func FuzzParsePointer(f *testing.F) {
	f.Add([]byte("version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("a", 64) + "\nsize 5\n"))
	f.Add([]byte("version https://git-lfs.github.com/spec/v1\next-0-x sha256:" + strings.Repeat("b", 64) + "\noid sha256:" + strings.Repeat("a", 64) + "\nsize 5\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, ok := parsePointer(b)
		if ok && (p.size < 0 || p.oid != "" && (len(p.oid) != 64 || strings.Trim(p.oid, "0123456789abcdef") != "")) {
			t.Errorf("accepted %+v", p)
		}
	})
}
