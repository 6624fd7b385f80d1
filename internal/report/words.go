package report

import (
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"version-manager/internal/probe"
)

//go:embed page
var page embed.FS

// words speaks one language.
type words struct {
	lang  string
	texts map[string]string
}

// catalogs are the texts of all languages, by the names of the languages.
var catalogs = sync.OnceValues(func() (map[string]words, error) {
	all := map[string]words{}
	for _, lang := range []string{"en", "de"} {
		b, err := page.ReadFile("page/" + lang + ".json")
		if err != nil {
			return nil, fmt.Errorf("read catalog %s: %w", lang, err)
		}
		w := words{lang: lang}
		if err := json.Unmarshal(b, &w.texts); err != nil {
			return nil, fmt.Errorf("read catalog %s: %w", lang, err)
		}
		all[lang] = w
	}
	return all, nil
})

// speak returns the catalog of a language: "en" or "de".
func speak(lang string) (words, error) {
	all, err := catalogs()
	if err != nil {
		return words{}, err
	}
	w, ok := all[lang]
	if !ok {
		return words{}, fmt.Errorf("report in language %q: there is only en and de", lang)
	}
	return w, nil
}

// LookupText returns the text of key. An unknown key shows itself; a test makes
// sure that no page has one.
func (w words) LookupText(key string, args ...any) string {
	text, ok := w.texts[key]
	switch {
	case !ok:
		return "{" + key + "}"
	case len(args) == 0:
		return text
	// A verdict names the version that it came from only where it matters.
	case strings.Contains(text, "%[2]s") && !strings.Contains(text, "%[1]s"):
		return strings.ReplaceAll(text, "%[2]s", fmt.Sprint(args[1]))
	}
	return fmt.Sprintf(text, args...)
}

// FormatNumber writes 4512 as 4,512 or 4.512.
func (w words) FormatNumber(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + w.mark(",", ".") + digits[i:]
	}
	return digits
}

func (w words) mark(en, de string) string {
	if w.lang == "de" {
		return de
	}
	return en
}

// CountRequests is a number with its noun.
func (w words) CountRequests(n int) string { return w.count("requests", n) }

func (w words) count(noun string, n int) string {
	if n == 1 {
		return w.LookupText(noun + ".one")
	}
	return w.LookupText(noun, w.FormatNumber(n))
}

// FormatDuration writes a duration with three digits that matter.
func (w words) FormatDuration(d time.Duration) string {
	const thin = "\u202f" // no-break, narrow
	switch ms := float64(d) / float64(time.Millisecond); {
	case d < 0:
		return "−" + w.FormatDuration(-max(d, -math.MaxInt64)) // the lowest has no positive
	case d == 0:
		return "0" + thin + "ms"
	case ms < .9995:
		return w.digits(ms*1000) + thin + "µs"
	case ms < 999.5:
		return w.digits(ms) + thin + "ms"
	case ms < 59_950:
		return w.digits(ms/1000) + thin + "s"
	}
	s := int(d.Round(time.Second) / time.Second)
	return fmt.Sprintf("%d%smin %d%ss", s/60, thin, s%60, thin)
}

// FormatMillis writes a measured number of milliseconds.
func (w words) FormatMillis(m probe.Millis) string { return w.FormatDuration(m.Duration()) }

func (w words) digits(f float64) string {
	places := min(max(2-int(math.Floor(math.Log10(f))), 0), 2)
	return strings.Replace(strconv.FormatFloat(f, 'f', places, 64), ".", w.mark(".", ","), 1)
}

// FormatClock is a time of day with milliseconds, in UTC.
func (w words) FormatClock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("15:04:05" + w.mark(".", ",") + "000")
}

// FormatDate is a date with a time, in UTC.
func (w words) FormatDate(t time.Time) string {
	return t.UTC().Format(w.mark("2006-01-02 15:04:05 UTC", "02.01.2006, 15:04:05 UTC"))
}
