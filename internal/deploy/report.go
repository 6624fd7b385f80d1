package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/progress"
	"version-manager/internal/report"
)

// Names of the files that are kept beside a journal.
const (
	ReportJSON   = "report.json"
	ReportHTML   = "report.html"
	ReportHTMLDe = "report.de.html"
)

// summarize returns the report of the deploy as if it ended as phase.
func (d *deployment) summarize(phase Phase) report.Report {
	d.traffic.stopProbe()
	p := d.run.Plan
	sum := report.Report{
		App:     p.App,
		Deploy:  d.run.ID,
		Kind:    string(p.Kind),
		From:    string(p.From),
		To:      string(p.To()),
		Color:   p.New,
		Started: d.run.Started,
		Ended:   time.Now().UTC().Round(0),
		Outcome: string(phase),
		Partial: d.run.Resumed > 0,
		Notes:   d.reportNotes(),
	}
	sum.Outgoing = d.outgoingTraffic(phase)
	for _, s := range d.lock.pulse.Sleeps() {
		sum.Slept = append(sum.Slept, report.Slept{From: s.From.UTC().Round(0), Seconds: s.For.Round(time.Millisecond).Seconds()})
	}
	for _, s := range d.run.Steps {
		sum.Steps = append(sum.Steps, report.Span{Name: s.Name, Status: string(s.Status), Started: s.Started, Ended: s.Ended, Detail: s.Detail})
	}
	sum.SwitchedAt, sum.ConfirmedAt = d.run.endOf(stepSwitch), d.run.endOf(stepConfirm)
	if d.traffic.result != nil {
		sum.Measurement = *d.traffic.result
	}
	return sum
}

// reportNotes are the failure, the remarks, and what limits the report.
func (d *deployment) reportNotes() (notes []string) {
	if d.cause != nil {
		notes = append(notes, d.cause.Error())
	}
	notes = append(notes, d.remarks...)
	if d.run.Resumed > 0 {
		notes = append(notes, "the process that began this deploy was stopped: the measurement starts where another process continued")
	}
	if d.leaving.evicted != "" {
		notes = append(notes, d.leaving.evicted)
	}
	return notes
}

// outgoingTraffic is what the report says about requests that outlast the
// deploy.
func (d *deployment) outgoingTraffic(phase Phase) *report.Outgoing {
	p := d.run.Plan
	o := &report.Outgoing{Color: p.Old, Version: string(p.From)}
	switch {
	case phase == Done && p.Old != color.None:
	case phase == Reverted && d.leaving.stopped != nil:
		o.Color, o.Version = p.New, string(p.To())
	default:
		return nil
	}
	if s := d.leaving.stopped; s != nil {
		o.Cut, o.SentAway = s.InFlight, s.Tunnels
	}
	if phase == Reverted {
		return o
	}
	o.FinishedAt = d.leaving.finished.UTC().Round(0)
	if now, err := d.target.ObserveApp(d.lock.ctx); err == nil {
		side, runs := now.Colors[p.Old]
		o.InFlight, o.Tunnels, o.Stays = side.InFlight, side.Tunnels, runs
	}
	return o
}

// endOf is when a step was last done, or the zero time.
func (r Run) endOf(step string) time.Time {
	s, ok := r.lastStep(step)
	if !ok || s.Status != progress.StatusDone {
		return time.Time{}
	}
	return s.Ended
}

// attachReport keeps the report beside the journal, for programs and for
// people in both languages.
func (d *deployment) attachReport(phase Phase) error {
	sum := d.summarize(phase)
	encoded, err := json.MarshalIndent(sum, "", "  ")
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	writer := d.lock.JournalWriter()
	if err := writer.AttachFile(d.lock.ctx, d.run.ID, ReportJSON, encoded); err != nil {
		return err
	}
	for name, lang := range map[string]string{ReportHTML: "en", ReportHTMLDe: "de"} {
		var page bytes.Buffer
		if err := report.WritePage(&page, sum, lang); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if err := writer.AttachFile(d.lock.ctx, d.run.ID, name, page.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
