package appcmd

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/problem"
)

type historyOptions struct {
	inv   *command.Invocation
	flags *targets.Flags
	id    string // empty: all
	html  bool
}

func newHistoryCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	o := historyOptions{inv: inv, flags: flags}
	c := &cobra.Command{
		Use:   "history [ID]",
		Short: "list all deploys, or show one with its report",
		Long: "Lists all deploys, newest first. With ID, shows one: its steps, how long each took, and where its " +
			"reports are. With --html, prints only the path of the report for a browser; with -v, also the records of " +
			"the journal.",
		Example:           "  version-manager history\n  version-manager history 7\n  version-manager history 7 --html",
		GroupID:           "deploys",
		Args:              command.RequireArgs(0, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.id = args[0]
			} else if o.html {
				return command.UsageError(c, "--html needs the ID of a deploy")
			}
			return runHistory(c.Context(), o)
		},
	}
	flags.AddTo(c.Flags())
	c.Flags().BoolVar(&o.html, "html", false, "print only the path of the HTML report, in German if the locale is")
	return c
}

func runHistory(ctx context.Context, o historyOptions) error {
	app, err := targets.OpenApp(o.inv, *o.flags, targets.ReadOnly)
	if err != nil {
		return err
	}
	runs, err := readRuns(ctx, o.inv, app.Target)
	if err != nil {
		return err
	}
	if o.id != "" {
		return o.showRun(ctx, app, runs)
	}
	entries := []answer.HistoryEntry{}
	for _, r := range slices.Backward(runs) {
		entries = append(entries, summarizeRun(r))
	}
	return o.inv.PrintAnswer(entries, func() error { return printHistory(o.inv, entries) })
}

func summarizeRun(r deploy.Run) answer.HistoryEntry {
	return answer.HistoryEntry{
		ID: r.ID, Kind: r.Plan.Kind, From: r.Plan.From, To: r.Plan.To(), Color: r.Plan.New, Phase: r.Phase, Why: r.Why, By: r.By,
		Started: r.Started, Ended: r.Ended, Resumed: r.Resumed,
	}
}

// showRun shows the deploy with the ID.
func (o historyOptions) showRun(ctx context.Context, app targets.App, runs []deploy.Run) error {
	i := slices.IndexFunc(runs, func(r deploy.Run) bool { return r.ID == o.id })
	if i < 0 {
		return problem.New(problem.NotFound, "version-manager history", "there is no deploy %s", o.id)
	}
	records, err := app.Target.JournalReader().Read(ctx, o.id)
	if err != nil {
		o.inv.PrintNote("the journal is damaged: %v", err)
	}
	reports, err := copyReports(ctx, app.Project, app.Target.JournalReader(), o.id)
	if err != nil {
		return err
	}
	if o.html {
		return printReportPath(o.inv, o.id, reports)
	}
	detail := answer.HistoryDetail{HistoryEntry: summarizeRun(runs[i]), Steps: runs[i].Steps, Reports: reports, Records: records}
	return o.inv.PrintAnswer(detail, func() error { return printRun(o.inv, detail) })
}

// copyReports copies the reports of a deploy, which are kept with the target,
// to the state folder and returns their paths. A deploy that has not ended has
// none.
func copyReports(ctx context.Context, p project.Project, j journal.Reader, id string) (map[string]string, error) {
	if err := p.PrepareState(); err != nil {
		return nil, err
	}
	dir := filepath.Join(p.State.Path, "reports", p.App.Name, id)
	paths := map[string]string{}
	for _, name := range []string{deploy.ReportJSON, deploy.ReportHTML, deploy.ReportHTMLDe} {
		content, err := j.ReadAttachment(ctx, id, name)
		if err != nil {
			continue
		}
		if err := atomicfile.MakeDir(dir); err != nil {
			return nil, fmt.Errorf("keep report: %w", err)
		}
		path := filepath.Join(dir, name)
		if err := atomicfile.WriteFile(path, content, 0o600); err != nil {
			return nil, fmt.Errorf("keep report: %w", err)
		}
		paths[name] = path
	}
	return paths, nil
}
