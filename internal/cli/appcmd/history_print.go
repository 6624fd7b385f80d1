package appcmd

import (
	"cmp"
	"fmt"
	"strings"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

func printHistory(inv *command.Invocation, all []answer.HistoryEntry) error {
	table := ui.Table{Heading: []string{"ID", "WHEN", "KIND", "FROM", "TO", "PHASE", "TOOK", "WHY"}}
	for _, p := range all {
		table.AddRow(p.ID, ui.FormatClock(p.Started, inv.Now()), string(p.Kind), string(p.From), string(p.To),
			string(p.Phase), ui.FormatDuration(p.Ended.Sub(p.Started)), command.FirstLine(p.Why))
	}
	return table.WriteTo(inv.Streams.Out)
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
	return inv.PrintAnswer(answer.HistoryPage{Path: path}, func() error {
		_, err := fmt.Fprintln(inv.Streams.Out, path)
		return err
	})
}

func printRun(inv *command.Invocation, a answer.HistoryDetail) error {
	facts := ui.Table{KeepWide: true}
	facts.AddRow("deploy", a.ID)
	facts.AddRow("kind", string(a.Kind))
	facts.AddRow("from", string(a.From))
	facts.AddRow("to", fmt.Sprintf("%s on %s", a.To, a.Color))
	facts.AddRow("phase", string(a.Phase))
	if a.Why != "" {
		facts.AddRow("why", command.FirstLine(a.Why))
	}
	facts.AddRow("by", a.By)
	facts.AddRow("started", ui.FormatClock(a.Started, inv.Now()))
	facts.AddRow("took", ui.FormatDuration(a.Ended.Sub(a.Started)))
	for _, name := range []string{deploy.ReportHTML, deploy.ReportHTMLDe, deploy.ReportJSON} {
		if path, ok := a.Reports[name]; ok {
			facts.AddRow("report", path)
		}
	}
	steps := ui.Table{Heading: []string{"STEP", "STATUS", "TOOK", "DETAIL"}}
	for _, s := range a.Steps {
		steps.AddRow(s.Name, string(s.Status), ui.FormatDuration(s.Took()), s.Detail)
	}
	tables := []*ui.Table{&facts, &steps}
	if inv.Global.Verbose {
		records := ui.Table{Heading: []string{"RECORD", "TIME", "TYPE", "BODY"}}
		for _, r := range a.Records {
			records.AddRow(fmt.Sprint(r.Seq), ui.FormatClock(r.Time, inv.Now()), r.Type, string(r.Body))
		}
		tables = append(tables, &records)
	}
	return inv.PrintTables(tables...)
}
