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
	maxItems      = 30
	maxGrams      = 5000
	maxNameLength = 200 // bytes
	// confidenceIfContradictory is for an item whose numbers contradict each other, in percent.
	confidenceIfContradictory = 30
)

// answerItem is an item as the model sent it.
type answerItem struct {
	Food       string   `json:"food"`
	Name       string   `json:"name"`
	Grams      *float64 `json:"grams"`
	Low        float64  `json:"low"`
	High       float64  `json:"high"`
	Confidence float64  `json:"confidence"`
}

// parseAnswer reads an answer and checks it, because models do not always follow
// the schema. An answer that cannot be right is an error. An item that contradicts
// itself gets a low confidence. A food that comes twice becomes one item.
func parseAnswer(answer []byte, table *nutrition.Table) ([]Item, error) {
	var list struct {
		Items *[]answerItem `json:"items"`
	}
	d := json.NewDecoder(bytes.NewReader(answer))
	if err := d.Decode(&list); err != nil {
		return nil, newGarbled("not the JSON that was asked for")
	}
	if _, err := d.Token(); err != io.EOF || list.Items == nil {
		return nil, newGarbled("not the JSON that was asked for")
	}
	switch n := len(*list.Items); {
	case n == 0:
		return nil, &Error{Reason: NoFood}
	case n > maxItems:
		return nil, newGarbled("%d foods", n)
	}
	var items []Item
	for _, s := range *list.Items {
		it, err := s.toItem(table)
		if err != nil {
			return nil, err
		}
		items = addItem(items, it)
	}
	return items, nil
}

// toItem checks an item.
func (s answerItem) toItem(table *nutrition.Table) (Item, error) {
	if s.Grams == nil || *s.Grams < 0.5 || *s.Grams > maxGrams {
		return Item{}, newGarbled("impossible weight of %q", s.cleanName())
	}
	grams := *s.Grams
	it := Item{Grams: roundGrams(grams), Low: roundGrams(s.Low), High: roundGrams(s.High), Confidence: roundGrams(s.Confidence)}
	if s.Low <= 0 || s.Low > grams || s.High < grams || s.High > maxGrams || s.Confidence < 0 || s.Confidence > 100 {
		it.Low, it.High, it.Confidence = it.Grams, it.Grams, confidenceIfContradictory
	}
	it.Low, it.Confidence = max(it.Low, 1), max(it.Confidence, 1)
	if food, ok := table.ByID(strings.TrimSpace(s.Food)); ok {
		it.FoodID = food.ID
	} else if it.Name = s.cleanName(); it.Name == "" {
		return Item{}, newGarbled("unnamed food")
	}
	return it, nil
}

func (s answerItem) cleanName() string {
	return strings.ToValidUTF8(strings.TrimSpace(s.Name[:min(len(s.Name), maxNameLength)]), "")
}

// addItem adds an item to the list, or to the same food already on it.
func addItem(items []Item, it Item) []Item {
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

// roundGrams also accepts numbers that do not fit into an int.
func roundGrams(v float64) int { return int(math.Round(min(max(v, 0), maxGrams))) }

func newGarbled(format string, args ...any) error {
	return &Error{Reason: Garbled, Err: fmt.Errorf(format, args...)}
}
