package web

import (
	"net/url"
	"strings"
	"testing"
)

// rice is the form of a page with 180 g of rice and an unknown lassi.
func rice() url.Values {
	return url.Values{
		"food": {"20045"}, "grams": {"180"}, "was": {"180"}, "low": {"117"}, "high": {"243"}, "confidence": {"60"},
		"unknown": {"Lassi"}, "unknown-grams": {"250"}, "model": {"gemini-3.5-flash-lite"},
	}
}

func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func TestMealForm(t *testing.T) {
	a := newApp(t)
	for _, tt := range []struct {
		name       string
		form       url.Values
		has, lacks []string
	}{
		{"as it was", rice(), []string{"<strong>234</strong>", "between 152 and 316\u00a0kcal", "fairly sure, 60%"}, nil},
		{"other grams", with(rice(), "grams", "2000"), []string{"<strong>2,600</strong>", "2,340 and 2,860", "set manually"}, []string{"fairly sure"}},
		{"remove", with(rice(), "remove", "0"), []string{"<strong>0</strong>", "Lassi"}, []string{"White rice"}},
		{"drop", with(rice(), "drop", "0"), []string{"White rice"}, []string{"Lassi"}},
		{"search", with(rice(), "q", "chiken", "do", "search"), []string{"White rice", "Chicken breast, roasted", `name="add"`}, nil},
		{"search in vain", with(rice(), "q", "xyzzy"), []string{"Nothing found for “xyzzy”"}, []string{`name="add"`}},
		{"add", with(rice(), "add", "09003", "q", "apple"), []string{"Apple, raw", "<strong>328</strong>"}, []string{`value="apple"`}},
		{"add the same", with(rice(), "add", "20045"), []string{`value="360"`, "<strong>468</strong>"}, nil},
		{"add nonsense", with(rice(), "add", "nope"), []string{"<strong>234</strong>"}, nil},
		{"find", with(rice(), "find", "0"), []string{`value="Lassi"`, "Nothing found"}, nil},
		{"instead of the unknown", with(rice(), "add", "01116", "for", "0"), []string{"Yogurt", `value="250"`}, []string{"Lassi"}},
		{"button out of range", with(rice(), "remove", "7"), []string{"White rice"}, nil},
		{"markup as query", with(rice(), "q", "<img src=x>"), []string{"&lt;img"}, []string{"<img src=x>"}},
		{"nothing at all", url.Values{}, []string{"What is on your plate?"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			page := a.do(t, post("/meal", tt.form), 200)
			mustContain(t, page, tt.has...)
			mustLack(t, page, tt.lacks...)
		})
	}
	mustContain(t, a.do(t, post("/meal?lang=de", with(rice(), "grams", "2000")), 200), "<strong>2.600</strong>", "Weißer Reis", "von Hand")
}

func TestMealFormRefuses(t *testing.T) {
	a := newApp(t)
	mustContain(t, a.do(t, in("de", post("/meal", with(rice(), "food", "1"))), 422), "konnte nicht gelesen werden")
	mustContain(t, a.do(t, post("/meal", url.Values{"q": {strings.Repeat("x", maxFormSize)}}), 413), "too large")
	full := url.Values{"add": {"09003"}}
	for range 30 {
		for k, v := range rice() {
			if k != "model" && !strings.HasPrefix(k, "unknown") {
				full.Add(k, v[0])
			}
		}
	}
	mustContain(t, a.do(t, post("/meal", full), 422), "at most 30 foods")
}
