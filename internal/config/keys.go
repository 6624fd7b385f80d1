package config

import (
	"fmt"
	"reflect"
	"strings"

	"version-manager/internal/kit/text"
)

// keysOf returns the YAML keys of one of this package's types, by its name.
func keysOf(typeName string) []string {
	return keysIn(reflect.TypeFor[App](), typeName)
}

func keysIn(t reflect.Type, typeName string) []string {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var keys []string
	for f := range t.Fields() {
		if t.Name() == typeName {
			key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if key != "-" {
				keys = append(keys, key)
			}
		} else if found := keysIn(f.Type, typeName); found != nil {
			return found
		}
	}
	return keys
}

// didYouMean proposes the key nearest to an unknown one, or lists them all.
func didYouMean(unknown string, known []string) string {
	best, distance := "", 3 // more than two typing errors are another word
	for _, k := range known {
		if d := text.EditDistance(strings.ToLower(unknown), strings.ToLower(k)); d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	if best == "" {
		return "; known are " + strings.Join(known, ", ")
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// describeNode and wanted put YAML tags and Go types into plain words.
func describeNode(tag, value string) string {
	switch tag {
	case "!!map":
		return "found keys and values"
	case "!!seq":
		return "found a list"
	}
	return fmt.Sprintf("found %q", value)
}

func wantedType(goType string) string {
	switch {
	case goType == "int":
		return "a whole number"
	case goType == "string":
		return "a text"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	}
	return "keys and values"
}
