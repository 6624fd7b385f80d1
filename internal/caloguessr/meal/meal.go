// Package meal adds up the foods of a meal, each with its weight, a range for it, and
// where it comes from.
//
// It only computes. A meal is only in the form of its page: the page writes the items
// into fields, and [DecodeForm] reads and checks them. Start with [Meal].
package meal

import (
	"math"

	"version-manager/internal/caloguessr/nutrition"
)

const (
	// MaxItems is the largest number of foods in a meal.
	MaxItems = 30
	// MaxGrams is the largest weight of one food.
	MaxGrams = 5000
)

// Item is one food of a meal. Confidence is that of the model, in percent. 0 means that
// a person chose the food: then Low and High are as close to Grams as the table is to a
// real dish.
type Item struct {
	Food       nutrition.Food
	Grams      int
	Low, High  int
	Confidence int
}

// NewManual returns a food that a person weighed or chose.
func NewManual(food nutrition.Food, grams int) Item {
	it := Item{Food: food, Grams: clampGrams(grams)}
	it.setRange(0, 0)
	return it
}

// NewRecognized returns a food that a model recognized, with the model's bounds for
// the weight.
func NewRecognized(food nutrition.Food, grams, low, high, confidence int) Item {
	it := Item{Food: food, Grams: clampGrams(grams), Confidence: min(max(confidence, 1), 100)}
	it.setRange(low, high)
	return it
}

// setRange sets the range. It is never narrower than usual for such an estimate, and
// wider if the model is less sure.
func (it *Item) setRange(low, high int) {
	s := float64(it.Grams) * it.confidenceLevel().weightSpread()
	it.Low = int(math.Floor(float64(it.Grams) - s))
	it.High = int(math.Ceil(float64(it.Grams) + s))
	if low > 0 {
		it.Low = min(it.Low, low)
	}
	it.High = max(it.High, high)
	it.Low, it.High = clampGrams(it.Low), clampGrams(it.High)
}

// Facts returns the nutrition facts of the item.
func (it Item) Facts() nutrition.Facts { return it.Food.FactsFor(float64(it.Grams)) }

// Meal is a list of foods. Unknown foods were recognized but are not in the table. They
// count for nothing until a person replaces them.
type Meal struct {
	Items   []Item
	Unknown []Unknown
	Model   string // that recognized the photo; empty if there was none
}

// Unknown is a food without facts.
type Unknown struct {
	Name  string
	Grams int
}

// TotalFacts returns the sum of all items.
func (m Meal) TotalFacts() nutrition.Facts {
	var sum nutrition.Facts
	for _, it := range m.Items {
		sum = sum.AddFacts(it.Facts())
	}
	return sum
}

// EnergyRange returns the least and the most energy in kcal, if all items deviate in
// the same direction.
func (m Meal) EnergyRange() (low, high float64) {
	for _, it := range m.Items {
		low += it.Food.FactsFor(float64(it.Low)).KCal
		high += it.Food.FactsFor(float64(it.High)).KCal
	}
	return low, high
}

// MeanConfidence returns the mean confidence of the recognized items, weighted by
// energy. It returns false if no item was recognized.
func (m Meal) MeanConfidence() (percent int, ok bool) {
	var sum, weight float64
	for _, it := range m.Items {
		if it.Confidence == 0 {
			continue
		}
		w := it.Facts().KCal + 1 // a glass of water counts too
		sum += w * float64(it.Confidence)
		weight += w
	}
	if weight == 0 {
		return 0, false
	}
	return int(math.Round(sum / weight)), true
}

func clampGrams(grams int) int { return min(max(grams, 1), MaxGrams) }
