package meal

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"version-manager/internal/caloguessr/nutrition"
)

// ErrForm is the error of a form that this program did not write.
var ErrForm = errors.New("meal form")

// Names of the form's fields. Those from FieldFood to FieldConfidence come once per item.
const (
	FieldFood       = "food"
	FieldGrams      = "grams"
	FieldWas        = "was" // grams at the last computation; other grams were typed by a person
	FieldLow        = "low"
	FieldHigh       = "high"
	FieldConfidence = "confidence"
	FieldUnknown    = "unknown" // name; comes once per unknown food, like FieldWeight
	FieldWeight     = "unknown-grams"
	FieldModel      = "model"
)

var modelName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$`)

// ValidModel reports whether s can be the name of a model.
func ValidModel(s string) bool { return modelName.MatchString(s) }

// maxNameLength is the longest name of an unknown food, in characters.
const maxNameLength = 60

// DecodeForm reads a meal from a form and checks every value. An item whose grams a
// person changed becomes a manual one. Grams that are not a number keep their old
// value, and grams out of range become the nearest possible: a typing error in one
// field must not lose the rest of the meal.
func DecodeForm(form url.Values, table *nutrition.Table) (Meal, error) {
	var m Meal
	n := len(form[FieldFood])
	if n > MaxItems || len(form[FieldUnknown]) > MaxItems {
		return Meal{}, fmt.Errorf("%w: more than %d foods", ErrForm, MaxItems)
	}
	for _, field := range []string{FieldGrams, FieldWas, FieldLow, FieldHigh, FieldConfidence} {
		if len(form[field]) != n {
			return Meal{}, fmt.Errorf("%w: %d foods, but %d values of %s", ErrForm, n, len(form[field]), field)
		}
	}
	for i := range n {
		it, err := decodeItem(form, i, table)
		if err != nil {
			return Meal{}, err
		}
		m.Items = append(m.Items, it)
	}
	if len(form[FieldUnknown]) != len(form[FieldWeight]) {
		return Meal{}, fmt.Errorf("%w: unknown foods without weight", ErrForm)
	}
	for i, name := range form[FieldUnknown] {
		if name = CleanName(name); name != "" {
			m.Unknown = append(m.Unknown, Unknown{name, ParseGrams(form[FieldWeight][i], 1)})
		}
	}
	if m.Model = form.Get(FieldModel); m.Model != "" && !ValidModel(m.Model) {
		return Meal{}, fmt.Errorf("%w: model", ErrForm)
	}
	return m, nil
}

func decodeItem(form url.Values, i int, table *nutrition.Table) (Item, error) {
	food, ok := table.ByID(form[FieldFood][i])
	if !ok {
		return Item{}, fmt.Errorf("%w: unknown food", ErrForm)
	}
	var v [4]int
	for k, field := range []string{FieldWas, FieldLow, FieldHigh, FieldConfidence} {
		n, err := strconv.Atoi(form[field][i])
		if err != nil || n < 0 || n > MaxGrams {
			return Item{}, fmt.Errorf("%w: %s", ErrForm, field)
		}
		v[k] = n
	}
	was, low, high, confidence := v[0], v[1], v[2], v[3]
	if confidence > 100 || low > was || was > high {
		return Item{}, fmt.Errorf("%w: bounds", ErrForm)
	}
	grams := ParseGrams(form[FieldGrams][i], was)
	if grams != was || confidence == 0 {
		return NewManual(food, grams), nil
	}
	return NewRecognized(food, grams, low, high, confidence), nil
}

// ParseGrams reads a weight as people type it: "150", "150 g", "150,5". If it is
// not a number, it returns fallback.
func ParseGrams(s string, fallback int) int {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "g"))
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || math.IsNaN(v) {
		return clampGrams(fallback)
	}
	return clampGrams(int(math.Round(min(max(v, 0), MaxGrams))))
}

// CleanName makes a name of unknown origin suitable for a page: one line of printable
// characters, not too long.
func CleanName(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return !strconv.IsPrint(r) || r == ' '
	}), " ")
	if utf8.RuneCountInString(s) > maxNameLength {
		s = strings.TrimSpace(string([]rune(s)[:maxNameLength])) + "…"
	}
	return s
}
