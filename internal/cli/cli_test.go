package cli

import (
	"strings"
	"testing"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/command/commandtest"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

// execute runs a command line without terminal and environment.
func execute(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	inv, outBuffer, errBuffer := commandtest.NewInvocation()
	inv.Args = args
	code = runCommand(t.Context(), inv, command.ProgramName)
	return code, outBuffer.String(), errBuffer.String()
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
		{"deploy v1 v2", problem.Usage, `unexpected argument "v2"`, "usage: version-manager deploy"},
		{"list --nonsense", problem.Usage, "unknown flag: --nonsense", "usage: version-manager list"},
		{"list -o xml", problem.Usage, "want one of text, json, yaml", "usage: version-manager list"},
		{"--progress fancy list", problem.Usage, "want one of auto, tty, plain, json, quiet", "usage: version-manager"},
		{"deplyo v1", problem.Usage, `unknown command "deplyo" for "version-manager"`, "usage: version-manager COMMAND"},
		{"help nonsense", problem.Usage, `unknown command "nonsense" for "version-manager"`, "usage: version-manager help [COMMAND...]"},
		{"scale many", problem.Usage, `"many" is not a number of instances`, "usage: version-manager scale N"},
		{"history --html", problem.Usage, "--html needs the ID", "usage: version-manager history [ID]"},
		{"status --wait -1s", problem.Usage, "is negative", "usage: version-manager status"},
		{"status --watch --wait 1s", problem.Usage, "cannot be combined", "usage: version-manager status"},
		{"logs --app-color red", problem.Usage, "want one of blue, green", "usage: version-manager logs"},
		{"logs -o yaml", problem.Usage, "use -o json", "usage: version-manager logs"},
		{"logs --tail -1", problem.Usage, "is not a number of lines", "usage: version-manager logs"},
		{"completion tcsh", problem.Usage, `"tcsh" is not a shell`, "usage: version-manager completion SHELL"},
		{"-C / list", problem.NotFound, "there is no version-manager.yaml in /", ""},
	} {
		got, out, err := execute(t, strings.Fields(tt.args)...)
		if got != int(tt.want) {
			t.Errorf("%s: exit code %d, want %d", tt.args, got, tt.want)
		}
		if !strings.Contains(err, tt.says) {
			t.Errorf("%s: %q is not in\n%s", tt.args, tt.says, err)
		}
		if tt.line == "" == strings.Contains(err, "usage:") || !strings.Contains(err, tt.line) {
			t.Errorf("%s: want the usage line %q in\n%s", tt.args, tt.line, err)
		}
		if out != "" {
			t.Errorf("%s: an error wrote %q to standard output", tt.args, out)
		}
	}
}

func TestUnknownCommandNamesTheNearest(t *testing.T) {
	_, _, err := execute(t, "rolback")
	if want := "hint: version-manager rollback\n"; !strings.Contains(err, want) {
		t.Errorf("%q is not in\n%s", want, err)
	}
}

func TestAnswersOfVersion(t *testing.T) {
	for format, want := range map[string]string{"text": "version-manager devel", "json": `"version": "`, "yaml": "version: "} {
		code, out, err := execute(t, "version", "-o", format)
		if code != 0 || !strings.Contains(out, want) || err != "" {
			t.Errorf("%s: exit code %d, %q, %q", format, code, out, err)
		}
	}
}

func TestColorFlag(t *testing.T) {
	_, _, err := execute(t, "--color", "always", "list", "more")
	if !strings.Contains(err, "\x1b[31merror:") {
		t.Errorf("no color in %q", err)
	}
}

// TestJSONLines: where a program reads standard error, an error is a line of
// JSON too, and nothing else is there.
func TestJSONLines(t *testing.T) {
	for args, want := range map[string]string{
		"deploy":      `{"error":"VERSION is missing","hint":"version-manager deploy --help","code":2}`,
		"-C / status": `{"error":"there is no version-manager.yaml in / or above","lines":["change to the folder of the app, or name it with --project","a new app begins with a version-manager.yaml like this:","name: shop","build: {package: ./cmd/shop}"],"code":5}`,
	} {
		_, _, err := execute(t, append([]string{"--progress", "json"}, strings.Fields(args)...)...)
		if err != want+"\n" {
			t.Errorf("%s: got %s, want %s", args, err, want)
		}
	}
	inv, _, buffer := commandtest.NewInvocation()
	inv.Global.Progress = ui.JSONLines
	inv.PrintNote("2%% of %s", "it")
	if err, want := buffer.String(), `"kind":"note","detail":"2% of it"}`; !strings.Contains(err, want) {
		t.Errorf("got %s, want %s", err, want)
	}
}

// TestNotesArePasteable: the command in a note is adapted like that in a hint.
func TestNotesArePasteable(t *testing.T) {
	for progress, want := range map[ui.ProgressMode]string{
		ui.Plain:     "continues it: bin/version-manager --context prod resume\n",
		ui.JSONLines: `continues it: bin/version-manager --context prod resume"}`,
	} {
		inv, _, err := commandtest.NewInvocation()
		inv.Args = []string{"-C", "/", "--context", "prod", "--progress", string(progress), "status"}
		runCommand(t.Context(), inv, "bin/version-manager")
		inv.PrintNotice("this continues it: %s", "version-manager -C / resume")
		want = strings.Replace(want, " resume", " -C / resume", 1)
		if !strings.Contains(err.String(), want) {
			t.Errorf("%s: got %q, want %q", progress, err, want)
		}
	}
}

func TestClusterUsage(t *testing.T) {
	for _, tt := range []struct{ words, complaint string }{
		{"cluster up --nodes 0", "--nodes 0: a cluster has at least one"},
		{"cluster node kill", "NODE is missing"},
		{"cluster kill-node", "NODE is missing"},
		{"cluster load-image", "--node is missing"},
		{"cluster run", "--dir is missing"},
		{"cluster upp", `unknown command "upp"`},
	} {
		code, _, err := execute(t, strings.Fields(tt.words)...)
		if code != int(problem.Usage) || !strings.Contains(err, tt.complaint) {
			t.Errorf("%s: exit code %d, %s", tt.words, code, err)
		}
	}
}
