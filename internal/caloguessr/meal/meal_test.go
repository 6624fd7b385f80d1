package meal

import (
	"errors"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"version-manager/internal/caloguessr/nutrition"
)

const rice, chicken = "20045", "05064"

func table(t testing.TB) *nutrition.Table {
	t.Helper()
	table, err := nutrition.LoadTable()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func food(t testing.TB, id string) nutrition.Food {
	t.Helper()
	f, ok := table(t).ByID(id)
	if !ok {
		t.Fatalf("no food %s", id)
	}
	return f
}

// encodeForm writes a meal into a form, as the page does.
func encodeForm(m Meal) url.Values {
	v := url.Values{FieldModel: {m.Model}}
	for _, it := range m.Items {
		v.Add(FieldFood, it.Food.ID)
		v.Add(FieldGrams, strconv.Itoa(it.Grams))
		v.Add(FieldWas, strconv.Itoa(it.Grams))
		v.Add(FieldLow, strconv.Itoa(it.Low))
		v.Add(FieldHigh, strconv.Itoa(it.High))
		v.Add(FieldConfidence, strconv.Itoa(it.Confidence))
	}
	for _, u := range m.Unknown {
		v.Add(FieldUnknown, u.Name)
		v.Add(FieldWeight, strconv.Itoa(u.Grams))
	}
	return v
}

func TestTotalFacts(t *testing.T) {
	m := Meal{Items: []Item{
		NewRecognized(food(t, rice), 200, 180, 220, 90), // 260 kcal
		NewManual(food(t, chicken), 100),                // 165 kcal
	}}
	if got := m.TotalFacts(); math.Abs(got.KCal-425) > 1e-9 || math.Abs(got.Protein-36.4) > 1e-9 {
		t.Errorf("total %+v", got)
	}
	low, high := m.EnergyRange() // ±25 % of the rice, although the model says ±10 %, ±10 % of the chicken
	if math.Abs(low-(195+148.5)) > 1e-6 || math.Abs(high-(325+181.5)) > 1e-6 {
		t.Errorf("range %v to %v", low, high)
	}
	if p, ok := m.MeanConfidence(); !ok || p != 90 {
		t.Errorf("confidence %d, %v", p, ok)
	}
	if _, ok := (Meal{Items: m.Items[1:]}).MeanConfidence(); ok {
		t.Error("a manual meal has a confidence")
	}
}

func TestItemRange(t *testing.T) {
	for _, tt := range []struct{ low, high, confidence, wantLow, wantHigh int }{
		{90, 110, 95, 75, 125}, {90, 110, 60, 65, 135}, {90, 110, 20, 50, 150}, {40, 300, 95, 40, 300}, {0, 0, 95, 75, 125},
	} {
		it := NewRecognized(food(t, rice), 100, tt.low, tt.high, tt.confidence)
		if it.Low != tt.wantLow || it.High != tt.wantHigh {
			t.Errorf("%+v: %d to %d", tt, it.Low, it.High)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	m := Meal{
		Items:   []Item{NewRecognized(food(t, rice), 180, 60, 230, 86), NewManual(food(t, chicken), 150)},
		Unknown: []Unknown{{"Mango lassi", 250}}, Model: "gemini-3.5-flash-lite",
	}
	for range 3 { // the values must not drift
		got, err := DecodeForm(encodeForm(m), table(t))
		if err != nil {
			t.Fatal(err)
		}
		same := func(a, b Item) bool {
			return a.Food.ID == b.Food.ID && encodeForm(Meal{Items: []Item{a}}).Encode() == encodeForm(Meal{Items: []Item{b}}).Encode()
		}
		if !slices.EqualFunc(got.Items, m.Items, same) || !slices.Equal(got.Unknown, m.Unknown) || got.Model != m.Model {
			t.Errorf("got %+v, want %+v", got, m)
		}
		m = got
	}
}

func TestTypedGramsAreManual(t *testing.T) {
	for typed, want := range map[string]int{"250": 250, "250 g": 250, " 250,4 ": 250, "0": 1, "-5": 1, "1e9": MaxGrams, "abc": 180, "": 180, "NaN": 180} {
		v := encodeForm(Meal{Items: []Item{NewRecognized(food(t, rice), 180, 140, 230, 86)}})
		v.Set(FieldGrams, typed)
		m, err := DecodeForm(v, table(t))
		if err != nil {
			t.Fatal(err)
		}
		it := m.Items[0]
		if it.Grams != want || (it.Confidence == 0) != (want != 180) {
			t.Errorf("%q: %d g with confidence %d, want %d g", typed, it.Grams, it.Confidence, want)
		}
	}
}

func TestDecodeFormRefuses(t *testing.T) {
	good := Meal{Items: []Item{NewRecognized(food(t, rice), 180, 140, 230, 86)}}
	for name, change := range map[string]func(url.Values){
		"unknown food":           func(v url.Values) { v.Set(FieldFood, "00000") },
		"missing field":          func(v url.Values) { v.Del(FieldLow) },
		"extra food":             func(v url.Values) { v.Add(FieldFood, rice) },
		"no number":              func(v url.Values) { v.Set(FieldWas, "x") },
		"negative":               func(v url.Values) { v.Set(FieldLow, "-1") },
		"bounds":                 func(v url.Values) { v.Set(FieldLow, "200") },
		"confidence above 100":   func(v url.Values) { v.Set(FieldConfidence, "101") },
		"too heavy":              func(v url.Values) { v.Set(FieldHigh, "5001") },
		"model":                  func(v url.Values) { v.Set(FieldModel, "<b>") },
		"too many":               func(v url.Values) { v[FieldFood] = slices.Repeat([]string{rice}, MaxItems+1) },
		"too many unknown":       func(v url.Values) { v[FieldUnknown] = slices.Repeat([]string{"x"}, MaxItems+1) },
		"unknown without weight": func(v url.Values) { v.Set(FieldUnknown, "x") },
	} {
		v := encodeForm(good)
		change(v)
		if _, err := DecodeForm(v, table(t)); !errors.Is(err, ErrForm) {
			t.Errorf("%s: %v, want %v", name, err, ErrForm)
		}
	}
}

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"  Mango\n\tlassi ": "Mango lassi", "\x00\u202e": "", "a\xffb": "ab",
		strings.Repeat("ü", 80): strings.Repeat("ü", 60) + "…",
	} {
		if got := CleanName(in); got != want || CleanName(got) != got {
			t.Errorf("CleanName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzDecodeForm(f *testing.F) {
	foods := table(f)
	f.Add(encodeForm(Meal{Items: []Item{NewRecognized(food(f, rice), 180, 140, 230, 86)}, Unknown: []Unknown{{"x", 5}}, Model: "m"}).Encode())
	f.Add("food=20045&grams=%2B1e400&was=1&low=1&high=1&confidence=0")
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		m, err := DecodeForm(v, foods)
		if err != nil {
			return
		}
		low, high := m.EnergyRange()
		if total := m.TotalFacts(); !total.IsFinite() || low > total.KCal+1e-6 || high < total.KCal-1e-6 {
			t.Errorf("%q: %+v between %v and %v", query, total, low, high)
		}
		if _, err := DecodeForm(encodeForm(m), foods); err != nil {
			t.Errorf("%q: the decoded meal cannot be decoded again: %v", query, err)
		}
	})
}
