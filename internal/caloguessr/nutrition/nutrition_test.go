package nutrition

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func loadTable(t testing.TB) *Table {
	t.Helper()
	table, err := LoadTable()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestTableIsComplete(t *testing.T) {
	foods := loadTable(t).ListFoods()
	if len(foods) < 95 {
		t.Errorf("%d foods, want at least 95", len(foods))
	}
	groups := strings.Fields("fruit vegetable grain protein dairy fat nuts dish sweet snack drink")
	number, names := regexp.MustCompile(`^\d{5}$`), map[string]bool{}
	for _, f := range foods {
		if !number.MatchString(f.ID) || f.EN == "" || f.DE == "" || !slices.Contains(groups, f.Group) {
			t.Errorf("food %+v: its number, a name, or its group is wrong", f)
		}
		if f.Portion < 5 || f.Portion > 500 {
			t.Errorf("%s: a portion of %d g", f.EN, f.Portion)
		}
		if names[f.EN] || names[f.DE] {
			t.Errorf("%s or %s names two foods", f.EN, f.DE)
		}
		names[f.EN], names[f.DE] = true, true
	}
}

// TestEnergyFollowsFromMacros has two exceptions: the alcohol of beer is not a
// macronutrient, and a third of the carbohydrate of leafy vegetables is fiber.
func TestEnergyFollowsFromMacros(t *testing.T) {
	for _, f := range loadTable(t).ListFoods() {
		p := f.Per100
		if !p.IsFinite() || p.KCal > 902 || p.Protein+p.Carb+p.Fat > 100.5 {
			t.Errorf("%s: impossible facts %+v", f.EN, p)
		}
		off := (p.AtwaterEnergy() - p.KCal) / p.KCal
		beer, leafy := f.ID == "14003", f.Group == "vegetable" && p.KCal < 40
		switch {
		case beer:
			if off > -0.5 {
				t.Errorf("%s: deviates %.0f %%: where is the alcohol?", f.EN, 100*off)
			}
		case leafy:
			if off < -0.05 || off > 0.30 {
				t.Errorf("%s: deviates %.0f %%", f.EN, 100*off)
			}
		case math.Abs(off) > 0.17:
			t.Errorf("%s: deviates %.0f %%", f.EN, 100*off)
		}
	}
}

func TestSearch(t *testing.T) {
	table := loadTable(t)
	for _, tt := range []struct{ query, first string }{
		{"apfel", "09003"}, {"Äpfel", "09003"}, {"APPLE", "09003"}, {"apples", "09003"},
		{"kaese", "01009"}, {"Käse", "01009"}, {"kase", "01009"},
		{"brokoli", "11090"}, {"broccoli", "11090"}, {"brocolli", "11090"},
		{"Reis gekocht", "20045"}, {"cooked rice white", "20045"}, {"gekochter reis", "20045"},
		{"hänchenbrust", "05064"}, {"chicken", "05064"}, {"Möhren", "11124"}, {"mohrrübe", "11124"},
		{"süsskartoffel", "11508"}, {"suesskartoffel", "11508"}, {"potatos", "11367"},
		{"Haferflocken", "08121"}, {"coca-cola", "14400"}, {"general tsos", "36618"},
		{"spagetti", "20121"}, {"lasagna", "22977"}, {"o\u0308l", "04053"}, {"oil", "04053"},
		{"Brot mit Butter", "01001"}, {"Mango Lassi", "09176"}, {"xyzzy", ""}, {"", ""}, {" - ", ""},
	} {
		got := ""
		if found := table.SearchFoods(tt.query, 5); len(found) > 0 {
			got = found[0].ID
		}
		if got != tt.first {
			t.Errorf("SearchFoods(%q) starts with %q, want %q", tt.query, got, tt.first)
		}
	}
}

// TestEveryNameFindsItself: searching for the name of a food on the page finds it.
func TestEveryNameFindsItself(t *testing.T) {
	table := loadTable(t)
	for _, f := range table.ListFoods() {
		for _, name := range []string{f.EN, f.DE} {
			found := table.SearchFoods(name, 3)
			if !slices.ContainsFunc(found, func(g Food) bool { return g.ID == f.ID }) {
				t.Errorf("SearchFoods(%q) does not find it", name)
			}
		}
	}
}

func TestSearchKeepsLimit(t *testing.T) {
	if n := len(loadTable(t).SearchFoods("gekocht", 3)); n != 3 {
		t.Errorf("%d foods, want 3", n)
	}
}

func TestFactsFor(t *testing.T) {
	butter, ok := loadTable(t).ByID("01001")
	if !ok {
		t.Fatal("no butter")
	}
	got := butter.FactsFor(50).AddFacts(butter.FactsFor(50))
	if math.Abs(got.KCal-717) > 1e-9 || math.Abs(got.Fat-81.11) > 1e-9 {
		t.Errorf("100 g of butter have %+v", got)
	}
	if _, ok := loadTable(t).ByID("00000"); ok {
		t.Error("found a food that does not exist")
	}
}

func TestEditDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"ab", "ba", 1}, {"kitten", "sitting", 3}, {"reis", "reis", 0}, {"", "abc", 3}} {
		if got := editDistance(tt.a, tt.b); got != tt.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestParseTableRefuses(t *testing.T) {
	const head = "ndb,en,de,group,kcal,protein,carb,fat,portion,words_en,words_de\n"
	for name, data := range map[string]string{
		"nothing": "", "short row": head + "09003,Apple\n", "no number": head + "1,a,b,c,x,1,1,1,1,,\n",
		"no portion": head + "1,a,b,c,1,1,1,1,,,\n", "twice": head + strings.Repeat("1,a,b,c,1,1,1,1,1,,\n", 2),
	} {
		if _, err := parseTable([]byte(data)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{"apfel", "Ä\u0308", "\xff\xfe", strings.Repeat("a ", 200), "o’brien"} {
		f.Add(s)
	}
	table := loadTable(f)
	f.Fuzz(func(t *testing.T, query string) {
		if n := len(table.SearchFoods(query, 7)); n > 7 {
			t.Errorf("%d foods, limit 7", n)
		}
	})
}
