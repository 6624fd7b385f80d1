package cli

import (
	"fmt"
	"strings"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

func (o historyOptions) list(all []past) error {
	table := ui.Table{Heading: []string{"ID", "WHEN", "KIND", "FROM", "TO", "PHASE", "TOOK", "WHY"}}
	for _, p := range all {
		table.Add(p.ID, ui.Clock(p.Started, o.now()), string(p.Kind), string(p.From), string(p.To),
			string(p.Phase), ui.Duration(p.Ended.Sub(p.Started)), firstLine(p.Why))
	}
	return table.Print(o.io.Out)
}

func (o historyOptions) page(id string, reports map[string]string) error {
	name := deploy.ReportHTML
	if strings.HasPrefix(firstOf(o.getenv("LC_ALL"), o.getenv("LC_MESSAGES"), o.getenv("LANG")), "de") {
		name = deploy.ReportHTMLDe
	}
	path, ok := reports[name]
	if !ok {
		return problem.New(problem.NotFound, "version-manager history "+id, "deploy %s has no report yet", id)
	}
	return o.io.Answer(o.global.format, page{path}, func() error {
		_, err := fmt.Fprintln(o.io.Out, path)
		return err
	})
}

func (o historyOptions) print(a pastInFull) error {
	facts := ui.Table{Uncut: true}
	facts.Add("deploy", a.ID)
	facts.Add("kind", string(a.Kind))
	facts.Add("from", string(a.From))
	facts.Add("to", fmt.Sprintf("%s on %s", a.To, a.Color))
	facts.Add("phase", string(a.Phase))
	if a.Why != "" {
		facts.Add("why", firstLine(a.Why))
	}
	facts.Add("by", a.By)
	facts.Add("started", ui.Clock(a.Started, o.now()))
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
	if o.global.verbose {
		records := ui.Table{Heading: []string{"RECORD", "TIME", "TYPE", "BODY"}}
		for _, r := range a.Records {
			records.Add(fmt.Sprint(r.Seq), ui.Clock(r.Time, o.now()), r.Type, string(r.Body))
		}
		tables = append(tables, &records)
	}
	return o.tables(tables...)
}
