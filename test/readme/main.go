// Command readme writes the parts of README.md that are measured and not
// typed: the transcript, recorded in a real terminal (tmux) from a fresh clone
// of HEAD, and the table of commands, read from their own help.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "readme:", err)
		os.Exit(1)
	}
}

const readme = "README.md"

func run(ctx context.Context) error {
	text, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	commands, err := commandTable(ctx)
	if err != nil {
		return err
	}
	transcript, err := record(ctx)
	if err != nil {
		return err
	}
	page := replace(string(text), "commands", commands)
	page = replace(page, "transcript", "```console\n"+transcript+"```\n")
	return os.WriteFile(readme, []byte(page), 0o644)
}

// replace puts content between the two comments that carry name.
func replace(page, name, content string) string {
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
	before, rest, found := strings.Cut(page, begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		panic("README.md has no place for " + name)
	}
	return before + begin + content + end + after
}

// commandTable asks the program for its commands, and each of them for how it
// is called.
func commandTable(ctx context.Context) (string, error) {
	help, err := exec.CommandContext(ctx, "bin/version-manager", "--help").Output()
	if err != nil {
		return "", fmt.Errorf("version-manager --help: %w", err)
	}
	var b strings.Builder
	b.WriteString("| command | what it does |\n|---|---|\n")
	line := regexp.MustCompile(`(?m)^  ([a-z-]+) {2,}(\S.*)$`)
	for _, m := range line.FindAllStringSubmatch(string(help), -1) {
		usage, err := usageOf(ctx, m[1])
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", usage, m[2])
	}
	return b.String(), nil
}

func usageOf(ctx context.Context, command string) (string, error) {
	help, err := exec.CommandContext(ctx, "bin/version-manager", "help", command).Output()
	if err != nil {
		return "", fmt.Errorf("help %s: %w", command, err)
	}
	_, rest, found := strings.Cut(string(help), "Usage:\n")
	if !found {
		return "help " + command, nil // a page of help, not a command
	}
	usage, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	usage = strings.TrimPrefix(usage, "version-manager ")
	return strings.ReplaceAll(strings.TrimSuffix(usage, " [flags]"), "|", `\|`), nil
}

// record plays the story in a terminal of its own and returns what it shows.
func record(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp("", "readme-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	clone := filepath.Join(dir, "version-manager")
	if out, err := exec.CommandContext(ctx, "git", "clone", "--quiet", "--no-tags", ".", clone).CombinedOutput(); err != nil {
		return "", fmt.Errorf("clone: %w\n%s", err, out)
	}
	t, err := openTerminal(ctx, clone)
	if err != nil {
		return "", err
	}
	defer t.close()
	cleanup := exec.Command(filepath.Join(clone, "bin/version-manager"), "-C", clone, "cleanup", "--yes")
	cleanup.Env = append(os.Environ(), "XDG_STATE_HOME="+states(clone))
	defer cleanup.Run()
	var b strings.Builder
	for _, command := range []string{
		"make run",
		"sed -i 's/What is on your plate?/What did you eat?/' internal/caloguessr/i18n/en.json",
		"version-manager create v1.1.0 -m 'Say it better'",
		"version-manager zero-downtime v1.1.0",
		"version-manager rollback v1.0.0",
		"version-manager history",
	} {
		shown, err := t.run(ctx, command)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "$ %s\n%s\n", command, strings.ReplaceAll(shown, dir, "~"))
	}
	return strings.TrimRight(b.String(), "\n") + "\n", nil
}
