package web

import (
	"version-manager/internal/caloguessr/i18n"
	"version-manager/internal/caloguessr/meal"
	"version-manager/internal/caloguessr/nutrition"
)

// mealView is a meal as the result shows it.
type mealView struct {
	nutrition.Facts
	Low, High  float64 // kcal
	Confidence *confidence
	Items      []itemView
	Unknown    []meal.Unknown
	Model      string
}

// itemView is one food of the list.
type itemView struct {
	confidence
	Index            int
	ID, Name         string
	Grams, Low, High int
	Facts            nutrition.Facts
}

// confidence is how sure an estimate is, as number, word and step.
type confidence struct {
	Percent int // 0: by hand
	Words   string
	Level   string // class of the bar: high, medium, low, hand
}

func newMealView(p *i18n.Printer, m meal.Meal) *mealView {
	v := &mealView{Facts: m.TotalFacts(), Unknown: m.Unknown, Model: m.Model}
	v.Low, v.High = m.EnergyRange()
	if percent, ok := m.MeanConfidence(); ok {
		c := newConfidence(p, percent)
		v.Confidence = &c
	}
	for i, it := range m.Items {
		v.Items = append(v.Items, itemView{
			confidence: newConfidence(p, it.Confidence), Index: i,
			ID: it.Food.ID, Name: it.Food.Name(p.Lang()),
			Grams: it.Grams, Low: it.Low, High: it.High, Facts: it.Facts(),
		})
	}
	return v
}

func newConfidence(p *i18n.Printer, percent int) confidence {
	c := confidence{Percent: percent}
	var word string
	switch meal.LevelOf(percent) {
	case meal.Manual:
		c.Level, c.Words = "hand", p.T("confidence.hand")
		return c
	case meal.Low:
		c.Level, word = "low", p.T("confidence.low")
	case meal.Medium:
		c.Level, word = "medium", p.T("confidence.medium")
	case meal.High:
		c.Level, word = "high", p.T("confidence.high")
	}
	c.Words = p.T("confidence.value", "word", word, "n", percent)
	return c
}
