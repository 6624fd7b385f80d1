package appcmd

import (
	"cmp"
	"fmt"
	"strings"

	"version-manager/internal/cli/command"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

func printHistory(inv *command.Invocation, all []historyEntry) error {
	table := ui.Table{Heading: []string{"ID", "WHEN", "KIND", "FROM", "TO", "PHASE", "TOOK", "WHY"}}
	for _, p := range all {
		table.Add(p.ID, ui.Clock(p.Started, inv.Now()), string(p.Kind), string(p.From), string(p.To),
			string(p.Phase), ui.Duration(p.Ended.Sub(p.Started)), command.FirstLine(p.Why))
	}
	return table.Print(inv.Streams.Out)
}

func printReportPath(inv *command.Invocation, id string, reports map[string]string) error {
	name := deploy.ReportHTML
	if strings.HasPrefix(cmp.Or(inv.Getenv("LC_ALL"), inv.Getenv("LC_MESSAGES"), inv.Getenv("LANG")), "de") {
		name = deploy.ReportHTMLDe
	}
	path, ok := reports[name]
	if !ok {
		return problem.New(problem.NotFound, "version-manager history "+id, "deploy %s has no report yet", id)
	}
	return inv.PrintAnswer(historyPage{path}, func() error {
		_, err := fmt.Fprintln(inv.Streams.Out, path)
		return err
	})
}

func printRun(inv *command.Invocation, a historyDetail) error {
	facts := ui.Table{Uncut: true}
	facts.Add("deploy", a.ID)
	facts.Add("kind", string(a.Kind))
	facts.Add("from", string(a.From))
	facts.Add("to", fmt.Sprintf("%s on %s", a.To, a.Color))
	facts.Add("phase", string(a.Phase))
	if a.Why != "" {
		facts.Add("why", command.FirstLine(a.Why))
	}
	facts.Add("by", a.By)
	facts.Add("started", ui.Clock(a.Started, inv.Now()))
	facts.Add("took", ui.Duration(a.Ended.Sub(a.Started)))
	for _, name := range []string{deploy.ReportHTML, deploy.ReportHTMLDe, deploy.ReportJSON} {
		if path, ok := a.Reports[name]; ok {
			facts.Add("report", path)
		}
	}
	steps := ui.Table{Heading: []string{"STEP", "STATUS", "TOOK", "DETAIL"}}
	for _, s := range a.Steps {
		steps.Add(s.Name, string(s.Status), ui.Duration(s.Took()), s.Detail)
	}
	tables := []*ui.Table{&facts, &steps}
	if inv.Global.Verbose {
		records := ui.Table{Heading: []string{"RECORD", "TIME", "TYPE", "BODY"}}
		for _, r := range a.Records {
			records.Add(fmt.Sprint(r.Seq), ui.Clock(r.Time, inv.Now()), r.Type, string(r.Body))
		}
		tables = append(tables, &records)
	}
	return inv.PrintTables(tables...)
}
