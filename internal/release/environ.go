package release

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"version-manager/internal/problem"
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

// Environ is the environment that the image asks for. As in container
// runtimes the last of several values counts, and a name without a value
// takes it away.
func (i *Image) Environ() (env []string) {
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
	if err != nil {
		return problem.Wrap(err, problem.Failed, "correct ENV, ENTRYPOINT, CMD, WORKDIR or STOPSIGNAL of the image and build it again",
			"image %.19s… cannot be run", i.Digest)
	}
	return nil
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
