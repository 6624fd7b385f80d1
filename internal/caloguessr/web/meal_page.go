package web

import (
	"errors"
	"net/http"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/keys"
	"version-manager/internal/caloguessr/meal"
)

// mealPage is the start page and, once there is a meal, the result.
type mealPage struct {
	page
	CanPhoto bool
	NoPhoto  string // why photos cannot be recognized
	Meal     *mealView
	Search   search
}

// newMealPage returns the page of a meal. Without foods, it is the start page.
func (p *pages) newMealPage(w http.ResponseWriter, r *http.Request, m meal.Meal, q search) mealPage {
	data := mealPage{page: p.newPage(w, r, "/"), Search: q}
	data.NoPhoto = p.whyNoPhotos(data.page)
	data.CanPhoto = data.NoPhoto == ""
	if len(m.Items)+len(m.Unknown) > 0 {
		data.Meal = newMealView(data.Printer, m)
		data.InForm = true
	}
	return data
}

// whyNoPhotos says why photos cannot be recognized, or "" if they can.
func (p *pages) whyNoPhotos(in page) string {
	_, err := p.keys.CurrentKey()
	switch {
	case errors.Is(err, keys.ErrNone):
		return in.T("photo.noKey")
	case err != nil:
		return in.T("photo.broken")
	case estimate.IsRetired(p.model):
		return in.T("problem.noModel", "model", p.model)
	}
	return ""
}
