package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"sync"
	"time"

	"version-manager/internal/kit/visible"
	"version-manager/internal/probe"
)

// pageTemplate parses the page once: that and the escaping of a fresh template
// cost more than all else about a report.
var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.ParseFS(page, "page/report.html")
})

// WritePage writes a report as one self-contained page in "en" or "de":
// without script, without anything to load, and forbidding both.
func WritePage(out io.Writer, r Report, lang string) error {
	w, err := speak(lang)
	if err != nil {
		return err
	}
	style, err := page.ReadFile("page/style.css")
	if err != nil {
		return fmt.Errorf("read the report's style: %w", err)
	}
	t, err := pageTemplate()
	if err != nil {
		return fmt.Errorf("read the report's template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, view(r, w, string(style))); err != nil {
		return err
	}
	_, err = out.Write(bytes.Map(noneHidden, b.Bytes()))
	return err
}

// noneHidden keeps a name or a message in the report from turning the order of
// the line around or from hiding a part of it.
func noneHidden(r rune) rune {
	if visible.Hidden(r) {
		return '?'
	}
	return r
}

// sheet is everything that the template shows.
type sheet struct {
	R         Report
	M         probe.Measurement
	W         words
	Style     template.CSS
	StyleHash string
	Verdict   string
	Sent      string
	Failed    string
	Took      string
	Alerts    []string
	Figures   []figure
	Chart     template.HTML
	Legend    []swatch
	Steps     []stepRow
	Tables    []table
	Method    []figure
	Numbers   *table
}

// figure is one number that matters.
type figure struct{ Name, Value, Note string }

type stepRow struct {
	Name, Status, Start, Lasted, Detail string
	Bad                                 bool
}

// LanguageCode is the page's language.
func (w words) LanguageCode() string { return w.lang }

func view(r Report, w words, style string) sheet {
	m := r.Measurement
	sum := sha256.Sum256([]byte(style))
	s := sheet{
		R: r, M: m, W: w, Style: template.CSS(style),
		StyleHash: "sha256-" + base64.StdEncoding.EncodeToString(sum[:]),
		Verdict:   w.verdict(r),
		Sent:      w.CountRequests(m.Sent), Failed: w.failed(m.Failed),
		Took:    w.FormatDuration(r.Ended.Sub(r.Started)),
		Chart:   drawChart(r, w),
		Legend:  w.legend(r),
		Steps:   w.steps(r),
		Tables:  w.tables(r),
		Method:  w.method(m),
		Numbers: w.numbers(m),
	}
	if m.Sent > 0 {
		s.Figures = w.figures(r)
	}
	if d := r.strayed(); d > 0 {
		s.Alerts = append(s.Alerts, w.LookupText("strayed", w.FormatDuration(d)))
	}
	s.Alerts = append(s.Alerts, w.remarks(r)...)
	if r.Outcome != "done" && len(r.Notes) > 0 {
		s.Alerts = append(s.Alerts, r.Notes[0])
	}
	if r.Partial {
		s.Alerts = append(s.Alerts, w.LookupText("partial"))
	}
	return s
}

func (w words) failed(n int) string { return w.LookupText("failed.n", w.FormatNumber(n)) }

// figures are the few that answer: did anybody notice?
func (w words) figures(r Report) []figure {
	m := r.Measurement
	all := []figure{
		{w.LookupText("fig.failed"), w.FormatNumber(m.Failed), w.LookupText("fig.failed.of", w.FormatNumber(m.Sent))},
		{w.LookupText("fig.p50"), w.FormatMillis(m.P50), w.LookupText("fig.p50.note", w.FormatMillis(m.P90))},
		{w.LookupText("fig.p99"), w.FormatMillis(m.P99), w.LookupText("fig.p99.note", w.FormatMillis(m.Max))},
		{w.LookupText("fig.gap"), w.FormatMillis(m.Gap), w.LookupText("fig.gap.note")},
	}
	if r.SwitchedAt.IsZero() {
		return all
	}
	f := figure{Name: w.LookupText("fig.switch"), Value: w.FormatClock(r.SwitchedAt)}
	if !r.ConfirmedAt.IsZero() {
		f.Note = w.LookupText("fig.switch.note", w.FormatDuration(r.ConfirmedAt.Sub(r.SwitchedAt)))
	}
	all = append(all, f)
	if last := r.oldFinished(); !last.IsZero() {
		all = append(all, figure{w.LookupText("fig.old", r.From), w.FormatClock(last), w.apart(last.Sub(r.SwitchedAt))})
	}
	return all
}

func (w words) apart(d time.Duration) string {
	if d <= 0 {
		return w.LookupText("fig.old.before", w.FormatDuration(-d))
	}
	return w.LookupText("fig.old.after", w.FormatDuration(d))
}
