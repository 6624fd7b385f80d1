package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"version-manager/internal/probe"
	"version-manager/internal/progress"
	"version-manager/internal/report"
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
func (r *runner) report(phase Phase) report.Report {
	r.stopProbe()
	p := r.run.Plan
	sum := report.Report{
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
		sum.Notes = append(sum.Notes, r.cause.Error())
	}
	sum.Notes = append(sum.Notes, r.remarks...)
	if sum.Partial {
		sum.Notes = append(sum.Notes, "the process that began this deploy was stopped: what was measured begins where another one went on")
	}
	sum.Outgoing = r.outgoing(phase)
	if r.going.evicted != "" {
		sum.Notes = append(sum.Notes, r.going.evicted)
	}
	for _, s := range r.hold.pulse.Sleeps() {
		sum.Slept = append(sum.Slept, report.Slept{From: s.From.UTC().Round(0), Seconds: s.For.Round(time.Millisecond).Seconds()})
	}
	for _, s := range r.run.Steps {
		sum.Steps = append(sum.Steps, report.Span{Name: s.Name, Status: string(s.Status), Started: s.Started, Ended: s.Ended, Detail: s.Detail})
	}
	sum.SwitchedAt, sum.ConfirmedAt = r.ended(stepSwitch), r.ended(stepConfirm)
	if r.measured != nil {
		sum.Measurement = *r.measured
	}
	return sum
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
	sum := r.report(phase)
	encoded, err := json.MarshalIndent(sum, "", "  ")
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	if err := r.hold.Journal().Attach(r.hold.life, r.run.ID, ReportJSON, encoded); err != nil {
		return err
	}
	for name, lang := range map[string]string{ReportHTML: "en", ReportHTMLDe: "de"} {
		var page bytes.Buffer
		if err := report.WritePage(&page, sum, lang); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if err := r.hold.Journal().Attach(r.hold.life, r.run.ID, name, page.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
