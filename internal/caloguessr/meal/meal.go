// Package meal adds up what is on a plate: foods out of the table, each with
// its grams, a range and where it came from.
//
// It is arithmetic only. A meal lives in the form of the page and nowhere
// else: the page writes its items into fields, and [Decode] reads and checks them.
// Start with [Meal].
package meal

import (
	"math"

	"version-manager/internal/caloguessr/nutrition"
)

const (
	// MaxItems is how many foods one meal may have.
	MaxItems = 30
	// MaxGrams is the most one food may weigh.
	MaxGrams = 5000
)

// Item is one food on the plate. Confidence is the recognizer's, in percent;
// 0 means that a person chose the food, and then Low and High are as close to
// Grams as the table itself is to any real dish.
type Item struct {
	Food       nutrition.Food
	Grams      int
	Low, High  int
	Confidence int
}

// NewManual is a food that a person weighed or chose.
func NewManual(food nutrition.Food, grams int) Item {
	it := Item{Food: food, Grams: clampGrams(grams)}
	it.setRange(0, 0)
	return it
}

// NewRecognized is a food that a model saw, with its own bounds for the weight.
func NewRecognized(food nutrition.Food, grams, low, high, confidence int) Item {
	it := Item{Food: food, Grams: clampGrams(grams), Confidence: min(max(confidence, 1), 100)}
	it.setRange(low, high)
	return it
}

// setRange sets the range: never narrower than experience with such estimates
// says, wider where the recognizer itself is less sure.
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

// Facts is what the item holds.
func (it Item) Facts() nutrition.Facts { return it.Food.FactsFor(float64(it.Grams)) }

// Meal is the plate. Unknown are foods that were recognized and are not in
// the table; they count for nothing until a person picks a food for them.
type Meal struct {
	Items   []Item
	Unknown []Unknown
	Model   string // who recognized the photo; empty: nobody, all by hand
}

// Unknown is a food without facts.
type Unknown struct {
	Name  string
	Grams int
}

// TotalFacts adds up all items.
func (m Meal) TotalFacts() nutrition.Facts {
	var sum nutrition.Facts
	for _, it := range m.Items {
		sum = sum.AddFacts(it.Facts())
	}
	return sum
}

// EnergyRange returns the least and the most energy in kcal, if all items are off
// to the same side.
func (m Meal) EnergyRange() (low, high float64) {
	for _, it := range m.Items {
		low += it.Food.FactsFor(float64(it.Low)).KCal
		high += it.Food.FactsFor(float64(it.High)).KCal
	}
	return low, high
}

// MeanConfidence is the mean of the recognized items, weighted by energy; ok is
// false where no item was recognized.
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
