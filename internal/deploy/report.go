package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"version-manager/internal/probe"
	"version-manager/internal/progress"
)

// Names of what is kept beside a journal.
const (
	ReportJSON   = "report.json"
	ReportHTML   = "report.html"
	ReportHTMLDe = "report.de.html"
)

func (r *runner) startProbe() {
	now, err := r.target.Observe(r.hold.life)
	if err != nil || len(now.Entrances.Public) == 0 {
		return // the next step meets the same trouble and can say so
	}
	c := r.run.Plan.Release.Config.Probe
	r.prober = r.probe(r.hold.life, probe.Config{
		Base:      now.Entrances.Public[0],
		Path:      c.Path,
		Rate:      c.Rate,
		Timeout:   c.Timeout.Duration,
		Slow:      c.Slow,
		WebSocket: c.WebSocket,
		Secret:    r.hold.secret,
		TLS:       trustOf(now.Entrances.Public[0]),
		Dial:      dialOf(r.target),
	})
}

// stopProbe ends the measurement, once.
func (r *runner) stopProbe() {
	if r.prober != nil && r.measured == nil {
		m := r.prober.Stop()
		r.measured = &m
	}
}

// report sums the deploy up as it would look if it ended as phase.
func (r *runner) report(phase Phase) probe.Report {
	r.stopProbe()
	p := r.run.Plan
	report := probe.Report{
		App:     p.App,
		Deploy:  r.run.ID,
		Kind:    string(p.Kind),
		From:    string(p.From),
		To:      string(p.To()),
		Color:   p.New,
		Started: r.run.Started,
		Ended:   time.Now().UTC().Round(0),
		Outcome: string(phase),
		Partial: r.run.Resumed > 0,
	}
	if r.cause != nil {
		report.Notes = append(report.Notes, r.cause.Error())
	}
	report.Notes = append(report.Notes, r.remarks...)
	if report.Partial {
		report.Notes = append(report.Notes, "the process that began this deploy was stopped: what was measured begins where another one went on")
	}
	report.Outgoing = r.outgoing(phase)
	if r.going.evicted != "" {
		report.Notes = append(report.Notes, r.going.evicted)
	}
	for _, s := range r.hold.pulse.Sleeps() {
		report.Slept = append(report.Slept, probe.Slept{From: s.From.UTC().Round(0), Seconds: s.For.Round(time.Millisecond).Seconds()})
	}
	for _, s := range r.run.Steps {
		report.Steps = append(report.Steps, probe.Span{Name: s.Name, Status: string(s.Status), Started: s.Started, Ended: s.Ended, Detail: s.Detail})
	}
	report.SwitchedAt, report.ConfirmedAt = r.ended(stepSwitch), r.ended(stepConfirm)
	if r.measured != nil {
		report.Measurement = *r.measured
	}
	return report
}

// ended is when a step was last done, or the zero time.
func (r *runner) ended(step string) time.Time {
	s, ok := r.run.last(step)
	if !ok || s.Status != progress.StatusDone {
		return time.Time{}
	}
	return s.Ended
}

// attachReport keeps the report beside the journal, for programs and for
// people in both languages.
func (r *runner) attachReport(phase Phase) error {
	report := r.report(phase)
	encoded, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	if err := r.hold.Journal().Attach(r.hold.life, r.run.ID, ReportJSON, encoded); err != nil {
		return err
	}
	for name, lang := range map[string]string{ReportHTML: "en", ReportHTMLDe: "de"} {
		var page bytes.Buffer
		if err := probe.WriteHTML(&page, report, lang); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if err := r.hold.Journal().Attach(r.hold.life, r.run.ID, name, page.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
