// Package nutrition has the nutrition facts of 99 common foods: energy, protein,
// carbohydrate, and fat per 100 g, and names in English and German. It also has a search
// that tolerates typos.
//
// Every number that Caloguessr shows is computed from this table. A model or a person
// only says which food it is and how much it weighs.
//
// The facts are those of the USDA National Nutrient Database for Standard Reference,
// Release 25, which is in the public domain; see the beginning of
// foods.csv. Start with [LoadTable] and [Table].
package nutrition

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// Release names the release of the facts, and Citation is the citation that USDA asks
// for.
const (
	Release  = "USDA SR25 (2012)"
	Citation = "U.S. Department of Agriculture, Agricultural Research Service. 2012. " +
		"USDA National Nutrient Database for Standard Reference, Release 25. Nutrient Data Laboratory."
)

//go:embed foods.csv
var foodsCSV []byte

// Food is one row of the table.
type Food struct {
	ID      string // NDB number, five digits
	EN, DE  string // names
	Group   string // fruit, vegetable, grain, protein, dairy, fat, nuts, dish, sweet, snack, drink
	Per100  Facts  // per 100 g
	Portion int    // a typical portion in grams
	words   []word // for the search
}

// Name returns the name in the given language, English for any but "de".
func (f Food) Name(lang string) string {
	if lang == "de" {
		return f.DE
	}
	return f.EN
}

// FactsFor returns the facts of that many grams.
func (f Food) FactsFor(grams float64) Facts { return f.Per100.ScaleFacts(grams / 100) }

// Table is the list of all foods. It does not change and can be used concurrently.
type Table struct {
	foods []Food
	byID  map[string]int
}

// LoadTable reads the embedded table.
func LoadTable() (*Table, error) { return parseTable(foodsCSV) }

// ListFoods returns all foods in the order of the table. Callers must not change
// them.
func (t *Table) ListFoods() []Food { return t.foods }

// ByID finds a food by its NDB number.
func (t *Table) ByID(id string) (Food, bool) {
	i, ok := t.byID[id]
	if !ok {
		return Food{}, false
	}
	return t.foods[i], true
}

func parseTable(data []byte) (*Table, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comment = '#'
	r.FieldsPerRecord = 11
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read food table: %w", err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("read food table: no header")
	}
	t := &Table{byID: map[string]int{}}
	for _, row := range rows[1:] {
		f, err := parseFood(row)
		if err != nil {
			return nil, fmt.Errorf("read food table: food %s: %w", row[0], err)
		}
		if _, twice := t.byID[f.ID]; twice {
			return nil, fmt.Errorf("read food table: duplicate food %s", f.ID)
		}
		t.byID[f.ID] = len(t.foods)
		t.foods = append(t.foods, f)
	}
	return t, nil
}

func parseFood(row []string) (Food, error) {
	f := Food{ID: row[0], EN: row[1], DE: row[2], Group: row[3]}
	numbers := []*float64{&f.Per100.KCal, &f.Per100.Protein, &f.Per100.Carb, &f.Per100.Fat}
	for i, n := range numbers {
		v, err := strconv.ParseFloat(row[4+i], 64)
		if err != nil {
			return Food{}, err
		}
		*n = v
	}
	portion, err := strconv.Atoi(row[8])
	if err != nil {
		return Food{}, err
	}
	f.Portion = portion
	synonyms := strings.ReplaceAll(row[9]+" "+row[10], ";", " ")
	f.words = indexWords(f.EN, f.DE, synonyms)
	return f, nil
}
