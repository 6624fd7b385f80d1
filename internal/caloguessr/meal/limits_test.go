package meal

import (
	"errors"
	"strconv"
	"strings"
	"testing"
)

func TestGramLimits(t *testing.T) {
	for typed, want := range map[string]int{
		"0": 1, "0.4": 1, "1": 1, "2": 2, "4999": 4999, strconv.Itoa(MaxGrams): MaxGrams, "5000.4": MaxGrams, "5001": MaxGrams,
	} {
		if got := ParseGrams(typed, 100); got != want {
			t.Errorf("%q: %d g, want %d g", typed, got, want)
		}
	}
}

func TestFieldLimits(t *testing.T) {
	for _, tt := range []struct {
		field, value string
		ok           bool
	}{
		{FieldHigh, "5000", true}, {FieldHigh, "5001", false},
		{FieldLow, "0", true}, {FieldLow, "-1", false},
		{FieldLow, "180", true}, {FieldLow, "181", false}, // the weight itself
		{FieldHigh, "180", true}, {FieldHigh, "179", false},
		{FieldConfidence, "100", true}, {FieldConfidence, "101", false},
		{FieldModel, strings.Repeat("m", 64), true}, {FieldModel, strings.Repeat("m", 65), false},
	} {
		v := encodeForm(Meal{Items: []Item{NewRecognized(food(t, rice), 180, 140, 230, 86)}})
		v.Set(tt.field, tt.value)
		if _, err := DecodeForm(v, table(t)); (err == nil) != tt.ok || err != nil && !errors.Is(err, ErrForm) {
			t.Errorf("%s=%s: %v, want ok %t", tt.field, tt.value, err, tt.ok)
		}
	}
}

func TestItemLimit(t *testing.T) {
	for n, ok := range map[int]bool{MaxItems - 1: true, MaxItems: true, MaxItems + 1: false} {
		var foods, unknown Meal
		for range n {
			foods.Items = append(foods.Items, NewManual(food(t, rice), 100))
			unknown.Unknown = append(unknown.Unknown, Unknown{"Lassi", 100})
		}
		for name, m := range map[string]Meal{"foods": foods, "unknown foods": unknown} {
			if _, err := DecodeForm(encodeForm(m), table(t)); (err == nil) != ok {
				t.Errorf("%d %s: %v, want ok %t", n, name, err, ok)
			}
		}
	}
}

func TestNameLimit(t *testing.T) {
	for n, ends := range map[int]bool{maxNameLength - 1: false, maxNameLength: false, maxNameLength + 1: true} {
		if got := CleanName(strings.Repeat("ü", n)); strings.HasSuffix(got, "…") != ends {
			t.Errorf("%d characters: %q", n, got)
		}
	}
}

func TestLevelLimits(t *testing.T) {
	for percent, want := range map[int]Level{0: Manual, 1: Low, 49: Low, 50: Medium, 51: Medium, 79: Medium, 80: High, 81: High, 100: High} {
		if got := LevelOf(percent); got != want {
			t.Errorf("%d %%: level %d, want %d", percent, got, want)
		}
	}
}
