package config

import (
	"encoding/json"
	"testing"
)

func TestCanonical(t *testing.T) {
	for _, tt := range []struct {
		in   any
		want string
	}{
		{map[string]int{"b": 1, "a": 2}, `{"a":2,"b":1}`},
		{json.RawMessage("{ \"b\": 1,\n\"a\": [ 9007199254740993 ] }"), `{"a":[9007199254740993],"b":1}`},
		{"<a&b>", `"<a&b>"`},
		{[]string(nil), `null`},
		{struct {
			Z int
			A string
		}{1, "ü"}, `{"A":"ü","Z":1}`},
	} {
		if got, err := CanonicalJSON(tt.in); err != nil || string(got) != tt.want {
			t.Errorf("Canonical(%v) = %s, %v, want %s", tt.in, got, err, tt.want)
		}
	}
}

func TestDigest(t *testing.T) {
	const want = "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945" // of "[]"
	if got, err := DigestJSON([]int{}); got != want || err != nil {
		t.Errorf("Digest = %s, %v, want %s", got, err, want)
	}
	if _, err := DigestJSON(func() {}); err == nil {
		t.Error("a function has a digest")
	}
}
