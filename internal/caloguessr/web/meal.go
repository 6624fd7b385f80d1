package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"version-manager/internal/caloguessr/meal"
	"version-manager/internal/caloguessr/nutrition"
)

// maxSearchResults is the number of foods that a search shows.
const maxSearchResults = 8

// search is the content of the search field and what was found. For is the name
// of the unknown food that the results can replace.
type search struct {
	Query    string
	Foods    []nutrition.Food
	For      string
	ForIndex int
}

// mealHandler shows the start page and changes meals. A meal is only in the form
// of the page: the server stores nothing.
type mealHandler struct {
	*pages
	table     *nutrition.Table
	estimates *prometheus.CounterVec
}

func (h mealHandler) serveStart(w http.ResponseWriter, r *http.Request) {
	h.renderPage(w, http.StatusOK, "home", h.newMealPage(w, r, meal.Meal{}, search{}))
}

// serveMeal reads the form of a meal, does what its button says, and shows the
// result.
func (h mealHandler) serveMeal(w http.ResponseWriter, r *http.Request) {
	form, ok := h.readForm(w, r)
	if !ok {
		return
	}
	m, err := meal.DecodeForm(form, h.table)
	if err != nil {
		h.serveProblem(w, r, http.StatusUnprocessableEntity, "problem.form")
		return
	}
	m, q, full := h.changeMeal(m, form)
	if len(m.Items) > 0 && m.Model == "" {
		h.estimates.WithLabelValues("hand", "ok").Inc()
	}
	page := h.newMealPage(w, r, m, q)
	status := http.StatusOK
	if full {
		status, page.Alert = http.StatusUnprocessableEntity, page.T("problem.full", "n", meal.MaxItems)
	}
	h.renderPage(w, status, "home", page)
}

// changeMeal does what the pressed button says. It reports full if the meal has no
// room for another food.
func (h mealHandler) changeMeal(m meal.Meal, form url.Values) (_ meal.Meal, q search, full bool) {
	q.Query = strings.TrimSpace(meal.CleanName(form.Get("q")))
	if id := form.Get("add"); id != "" {
		m, full = h.addFood(m, id, formIndex(form, "for", len(m.Unknown)))
		return m, search{}, full
	}
	if i := formIndex(form, "remove", len(m.Items)); i >= 0 {
		m.Items = slices.Delete(m.Items, i, i+1)
	}
	if i := formIndex(form, "drop", len(m.Unknown)); i >= 0 {
		m.Unknown = slices.Delete(m.Unknown, i, i+1)
	}
	if i := formIndex(form, "find", len(m.Unknown)); i >= 0 {
		q.Query, q.For, q.ForIndex = m.Unknown[i].Name, m.Unknown[i].Name, i
	} else if i := formIndex(form, "for", len(m.Unknown)); i >= 0 && q.Query != "" && form.Get("drop") == "" {
		q.For, q.ForIndex = m.Unknown[i].Name, i
	}
	q.Foods = h.table.SearchFoods(q.Query, maxSearchResults)
	return m, q, false
}

// addFood adds a typical portion of a food, or as much as the unknown food weighs
// that it replaces. If the meal already has the food, its weight grows instead.
func (h mealHandler) addFood(m meal.Meal, id string, unknown int) (_ meal.Meal, full bool) {
	food, ok := h.table.ByID(id)
	if !ok {
		return m, false
	}
	grams := food.Portion
	if unknown >= 0 {
		grams = m.Unknown[unknown].Grams
	}
	same := slices.IndexFunc(m.Items, func(it meal.Item) bool { return it.Food.ID == id })
	switch {
	case same >= 0:
		m.Items[same] = meal.NewManual(food, m.Items[same].Grams+grams)
	case len(m.Items) >= meal.MaxItems:
		return m, true
	default:
		m.Items = append(m.Items, meal.NewManual(food, grams))
	}
	if unknown >= 0 {
		m.Unknown = slices.Delete(m.Unknown, unknown, unknown+1)
	}
	return m, false
}

// formIndex reads the number in a field. It returns -1 if the field is missing or
// its number is not below n.
func formIndex(form url.Values, field string, n int) int {
	i, err := strconv.Atoi(form.Get(field))
	if err != nil || i < 0 || i >= n {
		return -1
	}
	return i
}
