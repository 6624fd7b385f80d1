// Command readme writes the parts of README.md that are measured and not
// typed: the transcript, recorded in a real terminal (tmux) from a fresh clone
// of HEAD, and the table of commands, read from their own help.
//
//	go run ./test/readme             both
//	go run ./test/readme -commands   only the table, which takes no time
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	onlyCommands := flag.Bool("commands", false, "write only the table of commands")
	flag.Parse()
	if err := updateReadme(context.Background(), *onlyCommands); err != nil {
		fmt.Fprintln(os.Stderr, "readme:", err)
		os.Exit(1)
	}
}

const readme = "README.md"

func updateReadme(ctx context.Context, onlyCommands bool) error {
	text, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	commands, err := commandTable(ctx, "bin/version-manager")
	if err != nil {
		return err
	}
	page := replaceSection(string(text), "commands", commands)
	if !onlyCommands {
		transcript, err := recordTranscript(ctx)
		if err != nil {
			return err
		}
		page = replaceSection(page, "transcript", "```console\n"+transcript+"```\n")
	}
	return os.WriteFile(readme, []byte(page), 0o644)
}

// replaceSection puts content between the two comments that contain name.
func replaceSection(page, name, content string) string {
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
	before, rest, found := strings.Cut(page, begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		panic("README.md has no place for " + name)
	}
	return before + begin + content + end + after
}

// commandTable reads the commands and their usage lines from the help pages.
func commandTable(ctx context.Context, program string) (string, error) {
	help, err := exec.CommandContext(ctx, program, "--help").Output()
	if err != nil {
		return "", fmt.Errorf("version-manager --help: %w", err)
	}
	var b strings.Builder
	b.WriteString("| command | what it does |\n|---|---|\n")
	line := regexp.MustCompile(`(?m)^  ([a-z-]+) {2,}(\S.*)$`)
	for _, m := range line.FindAllStringSubmatch(string(help), -1) {
		usage, err := usageOf(ctx, program, m[1])
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", usage, m[2])
	}
	return b.String(), nil
}

func usageOf(ctx context.Context, program, command string) (string, error) {
	help, err := exec.CommandContext(ctx, program, "help", command).Output()
	if err != nil {
		return "", fmt.Errorf("help %s: %w", command, err)
	}
	_, rest, found := strings.Cut(string(help), "Usage:\n")
	if !found {
		return "help " + command, nil // a help topic, not a command
	}
	usage, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	usage = strings.TrimPrefix(usage, "version-manager ")
	return strings.ReplaceAll(strings.TrimSuffix(usage, " [flags]"), "|", `\|`), nil
}

// recordTranscript runs the README's commands in a terminal and returns the
// screen.
func recordTranscript(ctx context.Context) (string, error) {
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
	defer t.stopSession()
	cleanup := exec.Command(filepath.Join(clone, "bin/version-manager"), "-C", clone, "cleanup", "--yes")
	cleanup.Env = append(os.Environ(), "XDG_STATE_HOME="+stateHome(clone))
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
		shown, err := t.runCommand(ctx, command)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "$ %s\n%s\n", command, strings.ReplaceAll(shown, dir, "~"))
	}
	return strings.TrimRight(b.String(), "\n") + "\n", nil
}
