package meal

// Level is how sure an item is, in the steps that a page has words for.
type Level int

const (
	Manual Level = iota // a person said so
	Low                 // the model is guessing
	Medium              // fairly sure
	High                // sure
)

// LevelOf turns a confidence in percent into a level; 0 is Hand.
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

// weightSpread is the share of the weight by which an item is expected to be off.
// The best published photo methods miss energy by a quarter on average, and
// even a weighed dish differs from the table's by a tenth.
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
