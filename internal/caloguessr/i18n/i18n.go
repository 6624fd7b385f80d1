// Package i18n holds the words of Caloguessr's pages, one JSON file a
// language, and writes numbers the way each language does.
//
// A key that a page uses and a file lacks is a bug that the tests find; at
// run time it shows as the key itself. Start with [Load] and [Printer].
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

// Languages are the languages that exist; the first is the default.
func Languages() []string { return []string{"en", "de"} }

// Printer speaks one language. It does not change and may be shared.
type Printer struct {
	lang  string
	words map[string]string
}

// LoadPrinters reads all languages, keyed by their code.
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

// T returns the text of a key. Arguments come in pairs of name and value and
// replace {name} in the text; numbers are written in the printer's language.
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

// Int writes a whole number, rounded, with its thousands apart: 1.234 in
// German, 1,234 in English.
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

// Date writes a day.
func (p *Printer) Date(t time.Time) string {
	if p.lang == "de" {
		return t.Format("02.01.2006")
	}
	return t.Format("January 2, 2006")
}

// ListKeys returns the keys of all texts.
func (p *Printer) ListKeys() iter.Seq[string] { return maps.Keys(p.words) }
