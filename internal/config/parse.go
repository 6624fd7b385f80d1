package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"go.yaml.in/yaml/v3"

	"version-manager/internal/kit/problem"
)

// maxFileBytes bounds the file. A real one has a few hundred bytes.
const maxFileBytes = 1 << 20

// ParseReader reads an App from r. See Parse.
func ParseReader(r io.Reader) (App, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFileBytes+1)) // Parse refuses what is longer
	if err != nil {
		return App{}, fmt.Errorf("read %s: %w", File, err)
	}
	return ParseYAML(b)
}

// ParseYAML reads an App from YAML, fills in the defaults and validates it. The
// error is a *problem.Problem that lists every mistake found.
func ParseYAML(b []byte) (App, error) {
	app := defaultApp()
	if mistakes := decodeStrict(b, &app); len(mistakes) > 0 {
		return App{}, invalidError(mistakes)
	}
	app.fillDependentDefaults()
	return app, app.ValidateApp()
}

// decodeStrict returns the mistakes of form; Validate finds those of content.
func decodeStrict(b []byte, app *App) []string {
	if len(b) > maxFileBytes {
		return []string{fmt.Sprintf("larger than %d bytes", maxFileBytes)}
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	switch err := dec.Decode(app); {
	case errors.Is(err, io.EOF):
		return []string{"the file is empty"}
	case err != nil:
		return explainTypeError(err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return []string{"more than one YAML document"}
	}
	return nil
}

var (
	unknownKey = regexp.MustCompile(`^(line \d+): field (.*) not found in type config\.(\w+)$`)
	doubleKey  = regexp.MustCompile(`^(line \d+): mapping key "(.*)" already defined at line (\d+)$`)
	wrongType  = regexp.MustCompile("(?s)^(line \\d+): cannot unmarshal (!!\\w+)(?: `(.*)`)? into (.*)$")
)

// explainTypeError turns the decoder's words, which name Go types, into the user's.
func explainTypeError(err error) []string {
	te, ok := errors.AsType[*yaml.TypeError](err)
	if !ok {
		return []string{err.Error()}
	}
	var out []string
	for _, s := range te.Errors {
		if m := unknownKey.FindStringSubmatch(s); m != nil {
			s = fmt.Sprintf("%s: unknown key %q%s", m[1], m[2], didYouMean(m[2], keysOf(m[3])))
		} else if m := doubleKey.FindStringSubmatch(s); m != nil {
			s = fmt.Sprintf("%s: %s is set twice, first in line %s", m[1], m[2], m[3])
		} else if m := wrongType.FindStringSubmatch(s); m != nil {
			s = fmt.Sprintf("%s: %s, want %s", m[1], describeNode(m[2], m[3]), wantedType(m[4]))
		}
		out = append(out, s)
	}
	return out
}

// invalidError is the error for one or more mistakes.
func invalidError(mistakes []string) *problem.Problem {
	if len(mistakes) == 1 {
		return problem.New(problem.Failed, "", "%s: %s", File, mistakes[0])
	}
	return problem.New(problem.Failed, "", "%s has %d mistakes", File, len(mistakes)).With(mistakes...)
}
