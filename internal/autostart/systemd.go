package autostart

import (
	"fmt"
	"strings"

	"version-manager/internal/kit/problem"
)

// systemdUnit returns the content of the unit. systemd stops only the keeper:
// instances survive, as they survive an agent that was killed.
func systemdUnit(s Service, system bool) (string, error) {
	if err := s.checkPaths(); err != nil {
		return "", err
	}
	if strings.ContainsAny(s.Program, `"'\`) {
		return "", problem.New(problem.Failed, "move it to a folder with a plain name", "systemd cannot start a program whose path contains quotes or backslashes: %s", s.Program)
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Written by version-manager agent install. version-manager agent remove removes it.")
	line("[Unit]")
	line("Description=version-manager agent of %s", escapeSpecifiers(s.App))
	if system {
		line("Wants=network-online.target")
		line("After=network-online.target")
	}
	line("RequiresMountsFor=%s", quoteValue(escapeSpecifiers(s.State)))
	line("StartLimitIntervalSec=0")
	line("")
	line("[Service]")
	words := []string{quoteValue(escapeSpecifiers(s.Program))}
	for _, arg := range s.StartCommand()[1:] {
		words = append(words, quoteArgument(arg))
	}
	line("ExecStart=%s", strings.Join(words, " "))
	for _, e := range s.Env {
		line("Environment=%s", quoteValue(escapeSpecifiers(e)))
	}
	line("Restart=always")
	line("RestartSec=1")
	line("KillMode=process")
	line("")
	line("[Install]")
	line("WantedBy=%s", wantedBy(system))
	return b.String(), nil
}

// wantedBy is the target that starts the unit with the machine, or with its user.
func wantedBy(system bool) string {
	if system {
		return "multi-user.target"
	}
	return "default.target"
}

// quoteArgument writes one argument of ExecStart. systemd replaces specifiers and
// variables in it.
func quoteArgument(s string) string {
	return quoteValue(strings.ReplaceAll(escapeSpecifiers(s), "$", "$$"))
}

func escapeSpecifiers(s string) string { return strings.ReplaceAll(s, "%", "%%") }

// quoteValue quotes a value if necessary.
func quoteValue(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+=:,@%", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`).Replace(s) + `"`
}
