package web

import (
	"errors"
	"net/http"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/keys"
	"version-manager/internal/caloguessr/meal"
	"version-manager/internal/caloguessr/nutrition"
)

// maxFound is how many foods a search shows.
const maxFound = 8

// homePage is the start page and, once there is a meal, the result.
type homePage struct {
	page
	CanPhoto bool
	NoPhoto  string // why not
	Meal     *mealView
	Search   search
}

// search is what the search field holds and found. For is the name of the
// unknown food that the found ones shall stand in for.
type search struct {
	Query    string
	Foods    []nutrition.Food
	For      string
	ForIndex int
}

func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	p := s.homePage(w, r, meal.Meal{}, search{})
	s.render(w, http.StatusOK, "home", p)
}

// homePage puts the page for a meal together; without foods it is the start.
func (s *Server) homePage(w http.ResponseWriter, r *http.Request, m meal.Meal, q search) homePage {
	p := homePage{page: s.page(w, r, "/"), Search: q}
	p.NoPhoto = s.noPhoto(p.page)
	p.CanPhoto = p.NoPhoto == ""
	if len(m.Items)+len(m.Unknown) > 0 {
		p.Meal = newMealView(p.Printer, m)
		p.InForm = true
	}
	return p
}

// noPhoto says why no photo can be recognized; empty if one can.
func (s *Server) noPhoto(p page) string {
	_, err := s.Keys.CurrentKey()
	switch {
	case errors.Is(err, keys.ErrNone):
		return p.T("photo.noKey")
	case err != nil:
		return p.T("photo.broken")
	case estimate.IsRetired(s.Model):
		return p.T("problem.noModel", "model", s.Model)
	}
	return ""
}
