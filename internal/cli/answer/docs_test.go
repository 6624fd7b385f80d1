package answer

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"version-manager/internal/config"
)

// jsonDocs is the page that describes all objects.
const jsonDocs = "../../../docs/json.md"

// row is one field of an object as docs/json.md lists it.
type row struct{ field, kind string }

// TestFieldsAreDocumented compares the tables of docs/json.md with the types, in
// both directions.
func TestFieldsAreDocumented(t *testing.T) {
	documented := readTables(t)
	for _, o := range Objects() {
		rows, ok := documented[o.Name]
		if !ok {
			t.Errorf("there is no section %q", o.Name)
			continue
		}
		want := fieldRows(t, reflect.TypeOf(o.Value))
		for _, r := range want {
			if !slices.Contains(rows, r) {
				t.Errorf("%s: the row for %s of type %s is missing", o.Name, r.field, r.kind)
			}
		}
		for _, r := range rows {
			if !slices.Contains(want, r) {
				t.Errorf("%s: there is no field %s of type %s", o.Name, r.field, r.kind)
			}
		}
	}
	for name := range documented {
		if !slices.ContainsFunc(Objects(), func(o Object) bool { return o.Name == name }) {
			t.Errorf("section %q describes no object", name)
		}
	}
}

// TestRowsAreComplete: each row says whether the field is stable and what it
// means.
func TestRowsAreComplete(t *testing.T) {
	content, err := os.ReadFile(jsonDocs)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.SplitSeq(string(content), "\n") {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) == 2 {
			continue // the table of commands
		}
		n++
		if len(cells) != 4 || !slices.Contains([]string{"yes", "text", "no"}, cells[2]) || len(cells[3]) < 3 {
			t.Errorf("incomplete row: %s", line)
		}
	}
	if n < 150 {
		t.Errorf("only %d rows were found", n)
	}
}

// TestCommandsAreDocumented: the table of commands names each command with the
// section of its answer.
func TestCommandsAreDocumented(t *testing.T) {
	content, err := os.ReadFile(jsonDocs)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range Objects() {
		for _, c := range o.Commands {
			link := fmt.Sprintf("[%s](#%s)", o.Name, anchorOf(o.Name))
			pattern := "(?m)^\\| [^|]*`" + regexp.QuoteMeta(c) + "`[^|]*\\|.*" + regexp.QuoteMeta(link)
			if !regexp.MustCompile(pattern).Match(content) {
				t.Errorf("the table of commands does not lead from `%s` to %s", c, link)
			}
		}
	}
}

// readTables reads the rows of each section.
func readTables(t *testing.T) map[string][]row {
	content, err := os.ReadFile(jsonDocs)
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string][]row{}
	section := ""
	cell := regexp.MustCompile("^\\| `([^`]+)` \\| ([^|]+) \\| [^|]+ \\| ")
	for line := range strings.SplitSeq(string(content), "\n") {
		if name, ok := strings.CutPrefix(line, "### "); ok {
			section = name
			tables[section] = nil
		}
		if m := cell.FindStringSubmatch(line); m != nil && section != "" {
			tables[section] = append(tables[section], row{m[1], m[2]})
		}
	}
	return tables
}

// fieldRows lists the fields of a struct as JSON has them.
func fieldRows(t *testing.T, s reflect.Type) (rows []row) {
	for i := range s.NumField() {
		f := s.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && isObject(f.Type):
			continue // the section refers to that of the embedded one
		case f.Anonymous && name == "":
			rows = append(rows, fieldRows(t, f.Type)...)
			continue
		case name == "-":
			continue
		case name == "" || !f.IsExported():
			t.Errorf("%s.%s has no name in JSON", s, f.Name)
		}
		kind := kindOf(t, f.Type)
		if strings.Contains(options, "omit") {
			kind += ", optional"
		}
		rows = append(rows, row{name, kind})
	}
	return rows
}

func isObject(s reflect.Type) bool {
	return slices.ContainsFunc(Objects(), func(o Object) bool { return reflect.TypeOf(o.Value) == s })
}

// kindOf names a type as JSON has it.
func kindOf(t *testing.T, f reflect.Type) string {
	switch {
	case f == reflect.TypeFor[time.Time]():
		return "time"
	case f == reflect.TypeFor[json.RawMessage]():
		return "any"
	case f == reflect.TypeFor[config.App]():
		return "object"
	}
	switch f.Kind() {
	case reflect.Pointer:
		return kindOf(t, f.Elem())
	case reflect.Slice:
		return "list of " + kindOf(t, f.Elem())
	case reflect.Map:
		return "map of " + kindOf(t, f.Elem())
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Float64:
		return "number"
	case reflect.Struct:
		for _, o := range Objects() {
			if reflect.TypeOf(o.Value) == f {
				return fmt.Sprintf("[%s](#%s)", o.Name, anchorOf(o.Name))
			}
		}
		t.Errorf("%s is part of an answer and is no object of docs/json.md", f)
	}
	if f.Kind() >= reflect.Int && f.Kind() <= reflect.Uint64 {
		return "integer"
	}
	return f.String()
}

// anchorOf is how a link names a heading.
func anchorOf(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }
