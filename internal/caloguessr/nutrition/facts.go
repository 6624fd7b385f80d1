package nutrition

import "math"

// Facts is energy in kcal and the three macronutrients in grams.
type Facts struct {
	KCal    float64
	Protein float64
	Carb    float64
	Fat     float64
}

// AddFacts adds two facts up.
func (f Facts) AddFacts(g Facts) Facts {
	return Facts{f.KCal + g.KCal, f.Protein + g.Protein, f.Carb + g.Carb, f.Fat + g.Fat}
}

// ScaleFacts scales facts.
func (f Facts) ScaleFacts(k float64) Facts {
	return Facts{f.KCal * k, f.Protein * k, f.Carb * k, f.Fat * k}
}

// AtwaterEnergy is the energy that the macronutrients alone explain: 4 kcal per
// gram of protein and carbohydrate, 9 per gram of fat. Alcohol is missing
// from it, and fibre counts too much.
func (f Facts) AtwaterEnergy() float64 { return 4*f.Protein + 4*f.Carb + 9*f.Fat }

// IsFinite reports whether all values are real, non-negative numbers.
func (f Facts) IsFinite() bool {
	for _, v := range []float64{f.KCal, f.Protein, f.Carb, f.Fat} {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return false
		}
	}
	return true
}
