package gitrepo

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestParseStatus(t *testing.T) {
	const id = "0123456789012345678901234567890123456789"
	out := strings.Join([]string{
		"# branch.oid x", "1 .M N... 100644 100644 100644 " + id + " " + id + " a b", "1 .A N... 000000 000000 100644 " + id + " " + id + " intent",
		"1 A. S... 000000 160000 160000 " + id + " " + id + " gitlink", "1 M. SC.. 160000 160000 160000 " + id + " " + id + " newer",
		"u UU N... 100644 100644 100644 100644 " + id + " " + id + " " + id + " both", "? new\nline", "? nested/", "! ignored", "1 short", "",
	}, "\x00")
	want := []Change{
		{Path: "a b", Tracked: true, Unstaged: true}, {Path: "intent", Tracked: true, New: true, Unstaged: true},
		{Path: "gitlink", Tracked: true, New: true, Nested: true}, {Path: "newer", Tracked: true},
		{Path: "both", Tracked: true, Unstaged: true, Unmerged: true}, {Path: "new\nline", New: true, Unstaged: true}, {Path: "nested/", New: true, Unstaged: true, Nested: true},
	}
	if got := parseStatus(out); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func FuzzParseStatus(f *testing.F) {
	f.Add("1 .M N... 100644 100644 100644 a b path\x00? x\x00u UU N... 1 2 3 4 a b c path\x00")
	f.Fuzz(func(t *testing.T, out string) {
		for _, c := range parseStatus(out) {
			if c.Path == "" || !strings.Contains(out, c.Path) {
				t.Errorf("invented %+v", c)
			}
		}
	})
}

func FuzzOverlooked(f *testing.F) {
	f.Add("h 100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391 0\ta b\n\"c")
	f.Add("S 120000 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391 0\tlink")
	f.Add("H 100644 x 0\tplain")
	f.Fuzz(func(t *testing.T, line string) {
		id, name, ok := parseOverlooked(line)
		if ok && (id == "" || !strings.HasSuffix(line, "\t"+name)) {
			t.Errorf("%q: %q, %q", line, id, name)
		}
		if quoted := quotePath(name); strings.ContainsRune(quoted, '\n') {
			t.Errorf("%q takes more than one line: %q", name, quoted)
		}
	})
}

func TestGitCannotPrintForever(t *testing.T) {
	b := boundedBuffer{left: 10}
	if n, err := b.Write([]byte("0123456789")); n != 10 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := b.Write([]byte("x")); !errors.Is(err, errOutputTooLarge) || b.text.Len() != 10 {
		t.Errorf("%v, %d bytes kept", err, b.text.Len())
	}
}
