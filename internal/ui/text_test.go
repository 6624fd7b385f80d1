package ui

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFit(t *testing.T) {
	l := line{{"abc", good}, {"日本", ordinary}, {"xyz", bad}}
	for _, tt := range []struct {
		limit int
		color bool
		want  string
	}{
		{10, false, "abc日本xyz"},
		{9, false, "abc日本x…"},
		{6, false, "abc日…"},
		{5, false, "abc…"}, // half of a wide character cannot be shown
		{1, false, "…"},
		{0, false, "…"},
		{3, true, "\x1b[32mab\x1b[0m…"},
	} {
		if got := l.fitColumns(tt.limit, tt.color, "…"); got != tt.want {
			t.Errorf("fit(%d, %t) = %q, want %q", tt.limit, tt.color, got, tt.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[2Jgone", "a\tb\r\n", "\xff\xfe", "日本\u009b31m", "e\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := CleanText(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x1b\r\n\t\u009b\x7f\x00") {
			t.Errorf("Clean(%q) = %q", s, got)
		}
		for limit := range 12 {
			if n := countCells(cutColumns(got, limit)); n > limit {
				t.Errorf("cut(%q, %d) needs %d columns", got, limit, n)
			}
		}
	})
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"", 10, []string{""}},
		{"short", 10, []string{"short"}},
		{"press Ctrl-C again to stop", 12, []string{"press Ctrl-C", "again to", "stop"}},
		{"a/very/long/path here", 8, []string{"a/very/l", "ong/path", "here"}},
		{"日本語", 1, []string{"日", "本", "語"}},
		{"two  spaces", 5, []string{"two ", "space", "s"}},
	} {
		if got := wrapLine(tt.text, tt.limit); !slices.Equal(got, tt.want) {
			t.Errorf("wrap(%q, %d) = %q, want %q", tt.text, tt.limit, got, tt.want)
		}
	}
}

// FuzzWrap: nothing but spaces is lost, and nothing is too wide.
func FuzzWrap(f *testing.F) {
	f.Add("press Ctrl-C again", 8)
	f.Add("日本 語", 3)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		text, limit = CleanText(text), min(max(limit, 2), 200)
		lines := wrapLine(text, limit)
		for _, l := range lines {
			if countCells(l) > limit {
				t.Errorf("wrap(%q, %d): %q is too wide", text, limit, l)
			}
		}
		solid := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := strings.Join(lines, ""); solid(got) != solid(text) {
			t.Errorf("wrap(%q, %d) = %q", text, limit, lines)
		}
	})
}
