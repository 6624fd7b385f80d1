package nutrition

import "math"

// Facts are energy in kcal and the three macronutrients in grams.
type Facts struct {
	KCal    float64
	Protein float64
	Carb    float64
	Fat     float64
}

// AddFacts returns the sum.
func (f Facts) AddFacts(g Facts) Facts {
	return Facts{f.KCal + g.KCal, f.Protein + g.Protein, f.Carb + g.Carb, f.Fat + g.Fat}
}

// ScaleFacts returns the facts times k.
func (f Facts) ScaleFacts(k float64) Facts {
	return Facts{f.KCal * k, f.Protein * k, f.Carb * k, f.Fat * k}
}

// AtwaterEnergy returns the energy of the macronutrients: 4 kcal per gram of protein
// and carbohydrate, 9 per gram of fat. Alcohol is missing, and fiber counts too much.
func (f Facts) AtwaterEnergy() float64 { return 4*f.Protein + 4*f.Carb + 9*f.Fat }

// IsFinite reports whether all values are finite and not negative.
func (f Facts) IsFinite() bool {
	for _, v := range []float64{f.KCal, f.Protein, f.Carb, f.Fat} {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return false
		}
	}
	return true
}
