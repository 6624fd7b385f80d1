// Package i18n has the texts of Caloguessr's pages, one JSON file per language, and
// formats numbers and dates in each language.
//
// If a page uses a key that is missing in a file, the page shows the key itself. Tests
// find that. Start with [LoadPrinters] and [Printer].
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math"
	"strconv"
	"strings"
	"time"
)

//go:embed de.json en.json
var files embed.FS

// Languages returns the codes of all languages, the default one first.
func Languages() []string { return []string{"en", "de"} }

// Printer has the texts of one language. It does not change and can be used
// concurrently.
type Printer struct {
	lang  string
	words map[string]string
}

// LoadPrinters reads all languages, by their code.
func LoadPrinters() (map[string]*Printer, error) {
	printers := map[string]*Printer{}
	for _, lang := range Languages() {
		data, err := files.ReadFile(lang + ".json")
		if err != nil {
			return nil, fmt.Errorf("read language %s: %w", lang, err)
		}
		p := &Printer{lang: lang}
		if err := json.Unmarshal(data, &p.words); err != nil {
			return nil, fmt.Errorf("read language %s: %w", lang, err)
		}
		printers[lang] = p
	}
	return printers, nil
}

// Lang returns the language's code, as in the lang attribute.
func (p *Printer) Lang() string { return p.lang }

// T returns the text of a key. The arguments are pairs of a name and a value that
// replaces {name} in the text. Numbers are formatted in the printer's language.
func (p *Printer) T(key string, pairs ...any) string {
	text, ok := p.words[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", pairs[i]), p.formatValue(pairs[i+1]))
	}
	return text
}

// Int returns a rounded number with separators for thousands: 1.234 in German, 1,234 in
// English.
func (p *Printer) Int(v float64) string {
	digits := strconv.FormatFloat(math.Abs(math.Round(v)), 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + p.thousandsSeparator() + digits[i:]
	}
	if math.Round(v) < 0 {
		return "−" + digits
	}
	return digits
}

func (p *Printer) formatValue(v any) string {
	switch v := v.(type) {
	case int:
		return p.Int(float64(v))
	case float64:
		return p.Int(v)
	}
	return fmt.Sprint(v)
}

func (p *Printer) thousandsSeparator() string {
	if p.lang == "de" {
		return "."
	}
	return ","
}

// Date returns the day.
func (p *Printer) Date(t time.Time) string {
	if p.lang == "de" {
		return t.Format("02.01.2006")
	}
	return t.Format("January 2, 2006")
}

// ListKeys returns the keys of all texts.
func (p *Printer) ListKeys() iter.Seq[string] { return maps.Keys(p.words) }
