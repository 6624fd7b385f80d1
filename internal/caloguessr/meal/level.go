package meal

// Level is a range of confidence that pages have a word for.
type Level int

// Levels, from a food that a person entered to one that the model is sure of.
const (
	Manual Level = iota // entered by a person
	Low                 // the model is guessing
	Medium              // fairly sure
	High                // sure
)

// LevelOf returns the level of a confidence in percent; 0 is Hand.
func LevelOf(confidence int) Level {
	switch {
	case confidence <= 0:
		return Manual
	case confidence < 50:
		return Low
	case confidence < 80:
		return Medium
	}
	return High
}

func (it Item) confidenceLevel() Level { return LevelOf(it.Confidence) }

// weightSpread is the expected error of the weight, as a share of it. The best
// published photo methods are off by a quarter on average, and even a weighed dish
// differs from the table by a tenth.
func (l Level) weightSpread() float64 {
	switch l {
	case Manual:
		return 0.10
	case Low:
		return 0.50
	case Medium:
		return 0.35
	}
	return 0.25
}
