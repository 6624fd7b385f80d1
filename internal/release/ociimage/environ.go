package ociimage

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"version-manager/internal/kit/problem"
)

// maxArgument is a little less than what Linux takes as one argument or one
// variable, its name included.
const maxArgument = 128<<10 - 1

// CheckVariable refuses what no process can be given as a variable of its
// environment: it names it, and never shows the value.
func CheckVariable(name, value string) error {
	switch {
	case name == "":
		return fmt.Errorf("a variable without a name cannot be passed on")
	case strings.ContainsRune(name, '='):
		return fmt.Errorf("variable %q cannot be passed on: its name contains =", name)
	case strings.ContainsRune(name, 0):
		return fmt.Errorf("variable %q cannot be passed on: its name contains a NUL byte", name)
	case strings.ContainsRune(value, 0):
		return fmt.Errorf("variable %.100s cannot be passed on: its value contains a NUL byte", name)
	case len(name)+1+len(value) > maxArgument:
		return fmt.Errorf("variable %.100s cannot be passed on: it has more than %d bytes", name, maxArgument)
	}
	return nil
}

// ProcessEnv is the environment that the image asks for. As in container
// runtimes the last of several values counts, and a name without a value
// takes it away.
func (i *Image) ProcessEnv() (env []string) {
	at := map[string]int{}
	for _, e := range i.Config.Config.Env {
		name, _, given := strings.Cut(e, "=")
		n, known := at[name]
		switch {
		case !given && known:
			env[n] = ""
		case !given:
		case known:
			env[n] = e
		default:
			at[name] = len(env)
			env = append(env, e)
		}
	}
	return slices.DeleteFunc(env, func(e string) bool { return e == "" })
}

// checkSettings refuses an image whose settings no process can be given.
func (i *Image) checkSettings() error {
	c := i.Config.Config
	err := checkWords(append(slices.Concat(c.Entrypoint, c.Cmd), c.WorkingDir, c.StopSignal))
	for _, e := range c.Env {
		if name, value, given := strings.Cut(e, "="); err == nil && given {
			err = CheckVariable(name, value)
		}
	}
	if err == nil {
		err = checkPath(path.Clean("/" + c.WorkingDir))
	}
	return i.badSettings(err)
}

func (i *Image) badSettings(err error) error {
	if err == nil {
		return nil
	}
	return problem.Wrap(err, problem.Failed, "correct ENV, ENTRYPOINT, CMD, WORKDIR, USER or STOPSIGNAL of the image and build it again",
		"image %.19s… cannot be run", i.Digest)
}

// checkText refuses settings that are not text in the image's configuration:
// JSON has no way to write other bytes, so that they were replaced when it was
// read, and the program would get something other than its image says.
func (i *Image) checkText(config []byte) error {
	if containsReplacement(config) {
		return nil // it is what the image says
	}
	c := i.Config.Config
	words := map[string][]string{"ENTRYPOINT": c.Entrypoint, "CMD": c.Cmd, "WORKDIR": {c.WorkingDir}, "USER": {c.User}}
	for _, e := range c.Env {
		name, _, _ := strings.Cut(e, "=")
		words["variable "+strconv.QuoteToASCII(name)] = []string{e}
	}
	for _, name := range slices.Sorted(maps.Keys(words)) {
		if strings.ContainsRune(strings.Join(words[name], ""), utf8.RuneError) {
			return i.badSettings(fmt.Errorf("%s is not UTF-8 text in its configuration", name))
		}
	}
	return nil
}

// containsReplacement reports whether JSON has the character U+FFFD in it by
// itself.
func containsReplacement(json []byte) bool {
	return bytes.Contains(json, []byte("\uFFFD")) || bytes.Contains(bytes.ToLower(json), []byte(`\ufffd`))
}

func checkWords(words []string) error {
	for _, w := range words {
		if strings.ContainsRune(w, 0) {
			return fmt.Errorf("%.100q contains a NUL byte", w)
		}
		if len(w) > maxArgument {
			return fmt.Errorf("%.100q… has more than %d bytes", w, maxArgument)
		}
	}
	return nil
}
