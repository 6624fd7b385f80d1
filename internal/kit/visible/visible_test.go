package visible

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "v1.0.0: fix (a) & b~", "v1.0.0: fix (a) & b~"},
		{"words", "Größe 日本語 עברית", "Größe 日本語 עברית"},
		{"accent", "e\u0301", "e\u0301"},
		{"tab", "a\tb", "a b"},
		{"line break", "a\nb\r", "a?b?"},
		{"escape sequence", "\x1b[2J\u009b31m\x7f", "?[2J?31m?"},
		{"not UTF-8", "a\xffb", "a?b"},
		{"replacement character", "a\ufffdb", "a?b"},
		{"order turned around", "access\u202e\u2066// check\u2069\u2066", "access??// check??"},
		{"all direction marks", "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u2067\u2068", "?????????"},
		{"no width", "v1\u200b.0\u200c.0\u2060\ufeff", "v1?.0?.0??"},
		{"joiner between letters", "a\u200db", "a?b"},
		{"soft hyphen", "admin\u00ad", "admin?"},
		{"line separators", "a\u2028b\u2029c", "a?b?c"},
		{"tags", "a\U000e0041\U000e007f", "a??"},
		{"fillers", "\u3164\u115f\u1160\uffa0\u2800", "?????"},
		{"style of a letter", "a\ufe0f\U000e0100", "a??"},
		{"spaces", "a\u00a0b\u2003c\u3000d", "a b c d"},
		{"private", "\ue000\U000f0000", "??"},
		{"family", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"styled emoji", "⚠\ufe0f ❤\ufe0f\u200d🔥 👍🏽\u200d", "⚠\ufe0f ❤\ufe0f\u200d🔥 👍🏽\u200d"},
		{"styled twice", "⚠\ufe0f\ufe0f", "⚠\ufe0f?"},
	} {
		if got := Text(tt.in); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEscapeJSON(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":"b"}`:                         `{"a":"b"}`,
		"\"v1\u202e\"":                      `"v1\u202e"`,
		"[\"\U000e0041\",\"ü\",\"\u200b\"]": `["\udb40\udc41","ü","\u200b"]`,
	} {
		if got := string(EscapeJSON([]byte(in))); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[2J", "a\u202eb", "👨\u200d👩", "\xff\xfe", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if !utf8.ValidString(got) || Text(got) != got {
			t.Errorf("Text(%q) = %q", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || Hidden(r) && r != 0x200d && r != 0xfe0e && r != 0xfe0f {
				t.Errorf("Text(%q) = %q holds %U", s, got, r)
			}
		}
		encoded, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var before, after string
		escaped := EscapeJSON(bytes.Clone(encoded))
		if json.Unmarshal(encoded, &before) != nil || json.Unmarshal(escaped, &after) != nil || before != after {
			t.Errorf("%s became %s", encoded, escaped)
		}
	})
}
