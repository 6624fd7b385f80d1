package main

import (
	"slices"
	"unicode"
)

// fixedNames are names that an interface or a convention outside of this
// repository fixes. They count neither as one word nor as several.
func fixedNames() map[string]string {
	return map[string]string{
		"Error":         "error",
		"Unwrap":        "errors.Unwrap",
		"Is":            "errors.Is",
		"As":            "errors.As",
		"Timeout":       "net.Error",
		"String":        "fmt.Stringer",
		"Read":          "io.Reader",
		"Write":         "io.Writer",
		"Close":         "io.Closer",
		"Seek":          "io.Seeker",
		"ReadAt":        "io.ReaderAt",
		"Len":           "sort.Interface",
		"Less":          "sort.Interface",
		"Swap":          "sort.Interface",
		"Header":        "http.ResponseWriter",
		"WriteHeader":   "http.ResponseWriter",
		"Flush":         "http.Flusher",
		"Hijack":        "http.Hijacker",
		"ServeHTTP":     "http.Handler",
		"RoundTrip":     "http.RoundTripper",
		"Accept":        "net.Listener",
		"Addr":          "net.Listener",
		"RemoteAddr":    "net.Conn",
		"Set":           "flag.Value",
		"Type":          "pflag.Value",
		"MarshalJSON":   "json.Marshaler",
		"UnmarshalJSON": "json.Unmarshaler",
		"MarshalText":   "encoding.TextMarshaler",
		"UnmarshalText": "encoding.TextUnmarshaler",
		"UnmarshalYAML": "yaml.Unmarshaler",
	}
}

// fixedSets are interfaces of dependencies whose names are too common to be
// let off alone: they are fixed only if the type has all methods of the set.
func fixedSets() map[string][]string {
	return map[string][]string{
		"net.Addr":                {"Network", "String"},
		"partial.CompressedLayer": {"Digest", "Compressed", "Size", "MediaType"},
	}
}

// isFixedName reports whether a name is fixed from outside. Interfaces fix
// methods only; a plain function is fixed when it is main or init.
func isFixedName(name string, methods []string) bool {
	if len(methods) == 0 {
		return name == "main" || name == "init"
	}
	if _, fixed := fixedNames()[name]; fixed {
		return true
	}
	for _, set := range fixedSets() {
		missing := func(m string) bool { return !slices.Contains(methods, m) }
		if slices.Contains(set, name) && !slices.ContainsFunc(set, missing) {
			return true
		}
	}
	return false
}

// splitWords splits a camel-case name: readJournal is read and Journal,
// HTTPServer is HTTP and Server, and Run, run, HTTP, h2, and v1 are one word.
func splitWords(name string) []string {
	var words []string
	runes := []rune(name)
	start := 0
	for i := 1; i <= len(runes); i++ {
		if i < len(runes) && runes[i] != '_' && !startsWord(runes, i) {
			continue
		}
		if word := string(runes[start:i]); word != "_" && word != "" {
			words = append(words, word)
		}
		start = i
		if i < len(runes) && runes[i] == '_' {
			start = i + 1
		}
	}
	return words
}

// startsWord reports whether a word starts at i: at a capital after a small
// letter or digit, and at the last capital of several before a small letter.
func startsWord(name []rune, i int) bool {
	if !unicode.IsUpper(name[i]) {
		return false
	}
	if !unicode.IsUpper(name[i-1]) {
		return true
	}
	return i+1 < len(name) && unicode.IsLower(name[i+1])
}

// countable drops the functions whose names are fixed.
func countable(all []function) []function {
	return slices.DeleteFunc(slices.Clone(all), func(f function) bool { return f.fixed })
}

func withOneWord(all []function) []function {
	return slices.DeleteFunc(countable(all), func(f function) bool { return len(splitWords(f.name)) > 1 })
}

func exportedOnly(all []function) []function {
	return slices.DeleteFunc(slices.Clone(all), func(f function) bool { return !f.exported })
}
