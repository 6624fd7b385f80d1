package traefik

import (
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// read applies what a container was told. Traefik looks at its environment
// only if it has no options.
func (s *Settings) read(c corev1.Container) {
	if s.readOptions(slices.Concat(c.Command, c.Args)) {
		return
	}
	for _, e := range c.Env {
		if name, ok := strings.CutPrefix(e.Name, "TRAEFIK_"); ok {
			s.set(strings.ReplaceAll(name, "_", "."), e.Value)
		}
	}
}

// readOptions reports whether there are any. They begin with one dash or two;
// the value follows an equals sign or is the next argument.
func (s *Settings) readOptions(args []string) (some bool) {
	for i, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			continue
		}
		some = true
		name, value, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if !given && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			value = args[i+1]
		}
		s.set(name, value)
	}
	return some
}

// set takes one setting, whose name may be written in any case.
func (s *Settings) set(name, value string) {
	const gateway = "providers.kubernetesgateway"
	switch name = strings.ToLower(name); {
	case name == gateway:
		s.Gateway = on(value)
	case name == gateway+".nativelbbydefault":
		s.Gateway, s.NativeLB = true, on(value)
	case strings.HasPrefix(name, gateway+"."):
		s.Gateway = true
	case name == "providers.providersthrottleduration":
		s.Throttle = duration(value, s.Throttle)
	case name == "entrypoints.web.address":
		s.WebPort = port(value)
	}
}

// on: the name alone switches a setting on.
func on(value string) bool {
	b, err := strconv.ParseBool(value)
	return b || err != nil
}

// duration reads one as Traefik does, to which a bare number is seconds.
func duration(text string, otherwise time.Duration) time.Duration {
	if _, err := strconv.Atoi(text); err == nil {
		text += "s"
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return d
	}
	return otherwise
}

// port of an address such as ":8000/tcp"; 0 if there is none.
func port(address string) int64 {
	address, _, _ = strings.Cut(address, "/")
	n, err := strconv.ParseUint(address[strings.LastIndex(address, ":")+1:], 10, 16)
	if err != nil {
		return 0
	}
	return int64(n)
}
