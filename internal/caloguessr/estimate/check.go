package estimate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"version-manager/internal/caloguessr/nutrition"
)

const (
	maxItems = 30
	maxGrams = 5000
	maxName  = 200 // bytes
	// unsure is the confidence of an item whose own numbers disagree.
	unsure = 30
)

// said is an item as the model said it.
type said struct {
	Food       string   `json:"food"`
	Name       string   `json:"name"`
	Grams      *float64 `json:"grams"`
	Low        float64  `json:"low"`
	High       float64  `json:"high"`
	Confidence float64  `json:"confidence"`
}

// parse reads an answer and checks it. Models break their schema now and
// then: what cannot be right fails, what merely contradicts itself is kept
// and marked as unsure, and a food named twice becomes one.
func parse(answer []byte, table *nutrition.Table) ([]Item, error) {
	var list struct {
		Items *[]said `json:"items"`
	}
	d := json.NewDecoder(bytes.NewReader(answer))
	if err := d.Decode(&list); err != nil {
		return nil, garbled("not the JSON that was asked for")
	}
	if _, err := d.Token(); err != io.EOF || list.Items == nil {
		return nil, garbled("not the JSON that was asked for")
	}
	switch n := len(*list.Items); {
	case n == 0:
		return nil, &Error{Reason: NoFood}
	case n > maxItems:
		return nil, garbled("%d foods", n)
	}
	var items []Item
	for _, s := range *list.Items {
		it, err := s.check(table)
		if err != nil {
			return nil, err
		}
		items = merge(items, it)
	}
	return items, nil
}

// check turns what was said into an item that can be relied on.
func (s said) check(table *nutrition.Table) (Item, error) {
	if s.Grams == nil || *s.Grams < 0.5 || *s.Grams > maxGrams {
		return Item{}, garbled("impossible weight of %q", s.name())
	}
	grams := *s.Grams
	it := Item{Grams: round(grams), Low: round(s.Low), High: round(s.High), Confidence: round(s.Confidence)}
	if s.Low <= 0 || s.Low > grams || s.High < grams || s.High > maxGrams || s.Confidence < 0 || s.Confidence > 100 {
		it.Low, it.High, it.Confidence = it.Grams, it.Grams, unsure
	}
	it.Low, it.Confidence = max(it.Low, 1), max(it.Confidence, 1)
	if food, ok := table.ByID(strings.TrimSpace(s.Food)); ok {
		it.FoodID = food.ID
	} else if it.Name = s.name(); it.Name == "" {
		return Item{}, garbled("a food without a name")
	}
	return it, nil
}

func (s said) name() string {
	return strings.ToValidUTF8(strings.TrimSpace(s.Name[:min(len(s.Name), maxName)]), "")
}

// merge adds an item to the list, or to the same food already on it.
func merge(items []Item, it Item) []Item {
	for i, old := range items {
		if old.FoodID != it.FoodID || old.Name != it.Name {
			continue
		}
		items[i].Grams = min(old.Grams+it.Grams, maxGrams)
		items[i].Low = min(old.Low+it.Low, items[i].Grams)
		items[i].High = min(old.High+it.High, maxGrams)
		items[i].Confidence = min(old.Confidence, it.Confidence)
		return items
	}
	return append(items, it)
}

// round is for numbers of any size.
func round(v float64) int { return int(math.Round(min(max(v, 0), maxGrams))) }

func garbled(format string, args ...any) error {
	return &Error{Reason: Garbled, Err: fmt.Errorf(format, args...)}
}
