package traefik

import (
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// options are the settings of a Traefik by their names in lower case. The last
// of several values for one setting counts.
type options map[string]string

// optionsOf reads a container. Traefik looks at its environment only if it
// has no arguments.
func optionsOf(c corev1.Container) options {
	if o := parseArguments(slices.Concat(c.Command, c.Args)); len(o) > 0 {
		return o
	}
	o := options{}
	for _, e := range c.Env {
		if name, ok := strings.CutPrefix(e.Name, "TRAEFIK_"); ok {
			o[strings.ToLower(strings.ReplaceAll(name, "_", "."))] = e.Value
		}
	}
	return o
}

// parseArguments reads those that begin with one dash or two. The value follows
// an equals sign or is the next argument.
func parseArguments(args []string) options {
	o := options{}
	for i, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			continue
		}
		name, value, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if !given && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			value = args[i+1]
		}
		o[strings.ToLower(name)] = value
	}
	return o
}

// hasOption reports whether a section of settings is enabled, by itself or by a
// setting in it. A section that is disabled stays so, whatever is in it.
func (o options) hasOption(section string) bool {
	if value, told := o[section]; told {
		return value == "" || strings.EqualFold(value, "true")
	}
	for name := range o {
		if strings.HasPrefix(name, section+".") {
			return true
		}
	}
	return false
}

// isOn reports whether a setting is enabled. Its name alone enables it.
func (o options) isOn(name string) bool {
	value, told := o[name]
	b, err := strconv.ParseBool(value)
	return told && (b || err != nil)
}

// parseDuration parses a duration as Traefik does: a bare number is seconds.
func (o options) parseDuration(name string, otherwise time.Duration) time.Duration {
	value := o[name]
	if _, err := strconv.Atoi(value); err == nil {
		value += "s"
	}
	if d, err := time.ParseDuration(value); err == nil && d >= 0 {
		return d
	}
	return otherwise
}

// parsePort of an address such as ":8000/tcp"; 0 if none exists.
func (o options) parsePort(name string) int64 {
	address, _, _ := strings.Cut(o[name], "/")
	n, err := strconv.ParseUint(address[strings.LastIndex(address, ":")+1:], 10, 16)
	if err != nil {
		return 0
	}
	return int64(n)
}
