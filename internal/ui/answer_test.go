package ui

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

type answer struct {
	Zeta  string         `json:"zeta"`
	Alpha []int          `json:"alpha"`
	None  *int           `json:"none"`
	Deep  map[string]any `json:"deepField"`
}

func TestAnswer(t *testing.T) {
	v := answer{"1.10", []int{1, 2}, nil, map[string]any{"on": "yes", "html": "<b>&", "num": 1.5}}
	for format, want := range map[Format]string{
		Text: "hello\n",
		JSON: `{
  "zeta": "1.10",
  "alpha": [
    1,
    2
  ],
  "none": null,
  "deepField": {
    "html": "<b>&",
    "num": 1.5,
    "on": "yes"
  }
}
`,
		YAML: `zeta: "1.10"
alpha:
  - 1
  - 2
none: null
deepField:
  html: <b>&
  num: 1.5
  "on": "yes"
`,
	} {
		s, out, _ := TestStreams("")
		err := s.WriteAnswer(format, v, func() error { _, err := s.Out.Write([]byte("hello\n")); return err })
		if err != nil || out.String() != want {
			t.Errorf("%s: %v\n%s\nwant:\n%s", format, err, out, want)
		}
	}
}

// What cannot be seen is escaped, so that a program gets it and a terminal
// does not.
func TestAnswerEscapesHiddenCharacters(t *testing.T) {
	v := map[string]string{"message": "fix\u202e\u200b \U000e0041 ü"}
	for format, want := range map[Format]string{
		JSON: "{\n  \"message\": \"fix\\u202e\\u200b \\udb40\\udc41 ü\"\n}\n",
		YAML: "message: \"fix\\U0000202E\\U0000200B \\U000E0041 ü\"\n",
	} {
		s, out, _ := TestStreams("")
		if err := s.WriteAnswer(format, v, nil); err != nil || out.String() != want {
			t.Errorf("%s: %v\n%s\nwant:\n%s", format, err, out, want)
		}
	}
	s, out, _ := TestStreams("")
	if err := s.WriteJSONLine(v); err != nil || out.String() != "{\"message\":\"fix\\u202e\\u200b \\udb40\\udc41 ü\"}\n" {
		t.Errorf("%v\n%s", err, out)
	}
}

// Each way to talk to a person cleans what it says.
func TestHiddenCharactersAreShown(t *testing.T) {
	const foreign = "v1.0.0\u202e\u200b\x1b[2J"
	s, out, errs := TestStreams("")
	table := Table{Heading: []string{"VERSION"}}
	table.AddRow(foreign)
	if err := errors.Join(table.WriteTo(s.Out), s.PrintLine("%s", foreign)); err != nil {
		t.Fatal(err)
	}
	s.PrintProblem(errors.New(foreign), false)
	for _, text := range []string{out.String(), errs.String()} {
		if !strings.Contains(text, "v1.0.0???[2J") || strings.ContainsAny(text, "\u202e\u200b\x1b") {
			t.Errorf("a person reads %q", text)
		}
	}
}

func FuzzYAMLHasTheSameContentAsJSON(f *testing.F) {
	for _, s := range []string{"", "1.10", "on", "null", "- a", "a: b", "\x7f\u2028", "two\nlines\n", "#x", "日本", "~", "0x1f", "2026-01-01", "<<"} {
		f.Add(s, 1.5, true)
	}
	f.Fuzz(func(t *testing.T, text string, n float64, b bool) {
		v := map[string]any{"k" + text: text, "n": n, "b": b, "l": []any{text}}
		j, err := json.Marshal(v)
		if err != nil {
			t.Skip() // NaN
		}
		s, out, _ := TestStreams("")
		if err := s.WriteAnswer(YAML, v, nil); err != nil {
			t.Fatal(err)
		}
		var fromYAML, fromJSON map[string]any
		if err := yaml.Unmarshal(out.Bytes(), &fromYAML); err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		if err := json.Unmarshal(j, &fromJSON); err != nil {
			t.Fatal(err)
		}
		if i, ok := fromYAML["n"].(int); ok {
			fromYAML["n"] = float64(i)
		}
		if !reflect.DeepEqual(fromYAML, fromJSON) {
			t.Errorf("got %#v\nwant %#v", fromYAML, fromJSON)
		}
	})
}
