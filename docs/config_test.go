package docs

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"version-manager/internal/config"
)

// config.md names every field of the configuration, none besides, and the
// default that a file without it gets.
func TestConfigIsDocumented(t *testing.T) {
	app, err := config.ParseYAML([]byte("name: shop\nbuild: {package: .}\nprobe: {path: /}\n"))
	if err != nil {
		t.Fatal(err)
	}
	app.Name, app.Build.Package, app.Probe.Path = "", "", "" // given above, and no defaults
	want := map[string]string{}
	defaults(want, "", reflect.ValueOf(app))
	got := documented(t)
	for field, value := range want {
		if written, ok := got[field]; !ok {
			t.Errorf("config.md does not name %s", field)
		} else if written != value {
			t.Errorf("config.md says that the default of %s is %q, the code %q", field, written, value)
		}
	}
	for field := range got {
		if _, ok := want[field]; !ok {
			t.Errorf("config.md names %s, which the configuration does not have", field)
		}
	}
}

// documented reads the tables: fields, and the second column.
func documented(t *testing.T) map[string]string {
	text, err := os.ReadFile("config.md")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile("`([^`]+)`")
	all := map[string]string{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			continue
		}
		for _, m := range name.FindAllStringSubmatch(cells[1], -1) {
			all[m[1]] = strings.Trim(cells[2], " `")
		}
	}
	return all
}

// defaults notes the value of every field below v, with the names of YAML and
// as JSON writes it; nothing for an empty one.
func defaults(into map[string]string, path string, v reflect.Value) {
	_, text := v.Interface().(interface{ MarshalText() ([]byte, error) })
	switch {
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		defaults(into, path+"[]", reflect.Zero(v.Type().Elem()))
	case v.Kind() == reflect.Struct && !text:
		for f, field := range v.Fields() {
			key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if key == "-" {
				continue // not read from the file
			}
			defaults(into, strings.TrimPrefix(path+"."+key, "."), field)
		}
	case v.IsZero():
		into[path] = ""
	default:
		b, _ := json.Marshal(v.Interface())
		into[path] = strings.Trim(string(b), `"`)
	}
}
