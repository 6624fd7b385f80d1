package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

// testApp is an app without terminal and environment.
func testApp() (a *app, out, err *bytes.Buffer) {
	streams, out, err := ui.Test("")
	return &app{io: streams, getenv: func(string) string { return "" }, now: time.Now}, out, err
}

// TestUsage: errors of usage show the usage line, others never do.
func TestUsage(t *testing.T) {
	for _, tt := range []struct {
		args string
		want problem.Kind
		says string // in the error
		line string // of usage; empty: none
	}{
		{"deploy", problem.Usage, "VERSION is missing", "usage: version-manager deploy VERSION [flags]"},
		{"deploy v1 v2", problem.Usage, `"v2" is one argument too many`, "usage: version-manager deploy"},
		{"list --nonsense", problem.Usage, "unknown flag: --nonsense", "usage: version-manager list"},
		{"list -o xml", problem.Usage, "want one of text, json, yaml", "usage: version-manager list"},
		{"--progress fancy list", problem.Usage, "want one of auto, tty, plain, json, quiet", "usage: version-manager"},
		{"deplyo v1", problem.Usage, `there is no command "deplyo"`, "usage: version-manager COMMAND"},
		{"help nonsense", problem.Usage, `there is no command "nonsense"`, "usage: version-manager help [COMMAND...]"},
		{"scale many", problem.Usage, `"many" is not a number of instances`, "usage: version-manager scale N"},
		{"history --html", problem.Usage, "--html needs the ID", "usage: version-manager history [ID]"},
		{"status --wait -1s", problem.Usage, "is negative", "usage: version-manager status"},
		{"status --watch --wait 1s", problem.Usage, "choose one", "usage: version-manager status"},
		{"logs --color red", problem.Usage, "want one of blue, green", "usage: version-manager logs"},
		{"logs -o yaml", problem.Usage, "use -o json", "usage: version-manager logs"},
		{"logs --tail -1", problem.Usage, "is not a number of lines", "usage: version-manager logs"},
		{"completion tcsh", problem.Usage, `"tcsh" is not a shell`, "usage: version-manager completion SHELL"},
		{"-C / list", problem.NotFound, "there is no version-manager.yaml in /", ""},
	} {
		a, out, err := testApp()
		if got := a.run(t.Context(), strings.Fields(tt.args)); got != int(tt.want) {
			t.Errorf("%s: exit code %d, want %d", tt.args, got, tt.want)
		}
		if !strings.Contains(err.String(), tt.says) {
			t.Errorf("%s: %q is not in\n%s", tt.args, tt.says, err)
		}
		if tt.line == "" == strings.Contains(err.String(), "usage:") || !strings.Contains(err.String(), tt.line) {
			t.Errorf("%s: want the usage line %q in\n%s", tt.args, tt.line, err)
		}
		if out.Len() > 0 {
			t.Errorf("%s: an error wrote %q to standard output", tt.args, out)
		}
	}
}

func TestUnknownCommandNamesTheNearest(t *testing.T) {
	a, _, err := testApp()
	a.run(t.Context(), []string{"rolback"})
	if want := "hint: version-manager rollback\n"; !strings.Contains(err.String(), want) {
		t.Errorf("%q is not in\n%s", want, err)
	}
}

func TestAnswersOfVersion(t *testing.T) {
	for format, want := range map[string]string{"text": "version-manager devel", "json": `"version": "`, "yaml": "version: "} {
		a, out, err := testApp()
		if code := a.run(t.Context(), []string{"version", "-o", format}); code != 0 || !strings.Contains(out.String(), want) || err.Len() > 0 {
			t.Errorf("%s: exit code %d, %q, %q", format, code, out, err)
		}
	}
}

func TestColorFlag(t *testing.T) {
	a, _, err := testApp()
	a.run(t.Context(), []string{"--color", "always", "list", "more"})
	if !strings.Contains(err.String(), "\x1b[31merror:") {
		t.Errorf("no color in %q", err)
	}
}

// TestJSONLines: where a program reads standard error, an error is a line of
// JSON too, and nothing else is there.
func TestJSONLines(t *testing.T) {
	for args, want := range map[string]string{
		"deploy":      `{"error":"VERSION is missing","hint":"version-manager deploy --help","code":2}`,
		"-C / status": `{"error":"there is no version-manager.yaml in / or above","hint":"cd to the app, or name its folder with -C DIR; a new app begins with a version-manager.yaml of two lines like these","lines":["name: shop","build: {package: ./cmd/shop}"],"code":5}`,
	} {
		a, _, err := testApp()
		a.run(t.Context(), append([]string{"--progress", "json"}, strings.Fields(args)...))
		if err.String() != want+"\n" {
			t.Errorf("%s: got %s, want %s", args, err, want)
		}
	}
	a, _, err := testApp()
	a.global.progress = ui.Lines
	a.note("2%% of %s", "it")
	if want := `"kind":"note","detail":"2% of it"}`; !strings.Contains(err.String(), want) {
		t.Errorf("got %s, want %s", err, want)
	}
}

// TestNotesFit: the command in a note is pasted like that in a hint.
func TestNotesFit(t *testing.T) {
	for progress, want := range map[ui.Progress]string{
		ui.Plain: "goes on with it: bin/version-manager --context prod resume\n",
		ui.Lines: `goes on with it: bin/version-manager --context prod resume"}`,
	} {
		a, _, err := testApp()
		a.program = "bin/version-manager"
		a.run(t.Context(), []string{"--context", "prod", "--progress", string(progress), "version"})
		a.say("this goes on with it: %s", "version-manager resume")
		if !strings.Contains(err.String(), want) {
			t.Errorf("%s: got %q, want %q", progress, err, want)
		}
	}
}
