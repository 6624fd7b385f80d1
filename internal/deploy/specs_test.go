package deploy

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

func TestSecretsAreBytes(t *testing.T) {
	for _, want := range []Secrets{nil, {}, {"A": "text", "B": "\xff\xfe\x00", "C": "", "D": "ü", "E": `{"base64":"eA=="}`}} {
		b, err := json.Marshal(Spec{Secrets: want})
		if err != nil {
			t.Fatal(err)
		}
		var got Spec
		if err := json.Unmarshal(b, &got); err != nil || !maps.Equal(got.Secrets, want) {
			t.Errorf("%s: %q, %v, want %q", b, got.Secrets, err, want)
		}
	}
	var old Secrets // as a file of an earlier version has it
	if err := json.Unmarshal([]byte(`{"A":"x"}`), &old); err != nil || old["A"] != "x" {
		t.Errorf("%q, %v", old, err)
	}
	if err := json.Unmarshal([]byte(`{"A":["hidden"]}`), &old); err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("error %v", err)
	}
}

func FuzzSecrets(f *testing.F) {
	f.Add("A", "\xff")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, name, value string) {
		b, err := json.Marshal(Secrets{"x": value})
		if err != nil {
			t.Fatal(err)
		}
		var got Secrets
		if err := json.Unmarshal(b, &got); err != nil || got["x"] != value {
			t.Errorf("%q became %q, %v", value, got["x"], err)
		}
		_ = json.Unmarshal([]byte(name), &got) // must not panic
	})
}
