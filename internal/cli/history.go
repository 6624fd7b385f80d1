package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
)

type historyOptions struct {
	*app
	id   string // empty: all
	html bool
}

// past is one deploy in the answer of history.
type past struct {
	ID      string          `json:"id"`
	Kind    deploy.Kind     `json:"kind"`
	From    release.Version `json:"from,omitempty"`
	To      release.Version `json:"to"`
	Color   color.Color     `json:"color"`
	Phase   deploy.Phase    `json:"phase"`
	Why     string          `json:"why,omitempty"`
	By      string          `json:"by"`
	Started time.Time       `json:"started"`
	Ended   time.Time       `json:"ended"` // of the last record
	Resumed int             `json:"resumed,omitempty"`
}

// pastInFull is the answer for one deploy.
type pastInFull struct {
	past
	Steps   []deploy.StepRun  `json:"steps"`
	Reports map[string]string `json:"reports"` // file names to paths
	Records []journal.Record  `json:"records"`
}

// page is the answer of history --html.
type page struct {
	Path string `json:"path"`
}

func newHistory(a *app) *cobra.Command {
	o := historyOptions{app: a}
	c := &cobra.Command{
		Use:   "history [ID]",
		Short: "list all deploys, or show one with its report",
		Long: "Lists all deploys, newest first. With ID, shows one: its steps, how long each took, and where its " +
			"reports are. With --html, prints only the path of the report for a browser; with -v, also the records of " +
			"the journal.",
		Example:           "  version-manager history\n  version-manager history 7\n  version-manager history 7 --html",
		GroupID:           "deploys",
		Args:              takes(0, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.id = args[0]
			} else if o.html {
				return usage(c, "--html needs the ID of a deploy")
			}
			return runHistory(c.Context(), o)
		},
	}
	c.Flags().BoolVar(&o.html, "html", false, "print only the path of the HTML report, in German if the locale is")
	return c
}

func runHistory(ctx context.Context, o historyOptions) error {
	p, t, all, err := o.openHistory(ctx)
	if err != nil {
		return err
	}
	if o.id != "" {
		return o.one(ctx, p, t, all)
	}
	answer := []past{}
	for _, r := range slices.Backward(all) {
		answer = append(answer, pastOf(r))
	}
	return o.io.Answer(o.global.format, answer, func() error { return o.list(answer) })
}

func pastOf(r deploy.Run) past {
	return past{r.ID, r.Plan.Kind, r.Plan.From, r.Plan.To(), r.Plan.New, r.Phase, r.Why, r.By, r.Started, r.Ended, r.Resumed}
}

// one shows a deploy by its id.
func (o historyOptions) one(ctx context.Context, p place, t deploy.Target, all []deploy.Run) error {
	i := slices.IndexFunc(all, func(r deploy.Run) bool { return r.ID == o.id })
	if i < 0 {
		return problem.New(problem.NotFound, "version-manager history", "there is no deploy %s", o.id)
	}
	records, err := t.History().Read(ctx, all[i].ID)
	if err != nil {
		o.note("the journal is damaged: %v", err)
	}
	reports, err := p.reports(ctx, t.History(), all[i].ID)
	if err != nil {
		return err
	}
	if o.html {
		return o.page(all[i].ID, reports)
	}
	answer := pastInFull{pastOf(all[i]), all[i].Steps, reports, records}
	return o.io.Answer(o.global.format, answer, func() error { return o.print(answer) })
}

// reports copies the reports of a deploy, which live with the target, to the
// state folder and returns their paths. A deploy that has not ended has none.
func (p place) reports(ctx context.Context, j journal.Reader, id string) (map[string]string, error) {
	if err := p.prepare(); err != nil {
		return nil, err
	}
	dir := filepath.Join(p.state, "reports", p.app.Name, id)
	paths := map[string]string{}
	for _, name := range []string{deploy.ReportJSON, deploy.ReportHTML, deploy.ReportHTMLDe} {
		content, err := j.Attachment(ctx, id, name)
		if err != nil {
			continue
		}
		if err := atomicfile.MakeDir(dir); err != nil {
			return nil, fmt.Errorf("keep report: %w", err)
		}
		path := filepath.Join(dir, name)
		if err := atomicfile.Write(path, content, 0o600); err != nil {
			return nil, fmt.Errorf("keep report: %w", err)
		}
		paths[name] = path
	}
	return paths, nil
}
