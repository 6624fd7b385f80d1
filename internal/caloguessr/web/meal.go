package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"version-manager/internal/caloguessr/meal"
)

// meal takes the form of a meal, does what its button says, and shows the
// meal that comes out. The form is all there is: nothing is kept.
func (s *Server) meal(w http.ResponseWriter, r *http.Request) {
	form, ok := s.form(w, r)
	if !ok {
		return
	}
	m, err := meal.DecodeForm(form, s.Table)
	if err != nil {
		s.problem(w, r, http.StatusUnprocessableEntity, "problem.form")
		return
	}
	m, q, full := s.change(m, form)
	if len(m.Items) > 0 && m.Model == "" {
		s.metrics.estimates.WithLabelValues("hand", "ok").Inc()
	}
	p := s.homePage(w, r, m, q)
	status := http.StatusOK
	if full {
		status, p.Alert = http.StatusUnprocessableEntity, p.T("problem.full", "n", meal.MaxItems)
	}
	s.render(w, status, "home", p)
}

// form reads a small form; otherwise it answers and returns false.
func (s *Server) form(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(maxForm) // as a script sends it; all of it stays in memory
	}
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		s.problem(w, r, http.StatusRequestEntityTooLarge, "problem.formTooLarge")
		return nil, false
	}
	if err != nil {
		s.problem(w, r, http.StatusUnprocessableEntity, "problem.form")
		return nil, false
	}
	return r.PostForm, true
}

// change does what the pressed button asks for. full reports that a food did
// not fit any more.
func (s *Server) change(m meal.Meal, form url.Values) (_ meal.Meal, q search, full bool) {
	q.Query = strings.TrimSpace(meal.CleanName(form.Get("q")))
	if id := form.Get("add"); id != "" {
		m, full = s.add(m, id, index(form, "for", len(m.Unknown)))
		return m, search{}, full
	}
	if i := index(form, "remove", len(m.Items)); i >= 0 {
		m.Items = slices.Delete(m.Items, i, i+1)
	}
	if i := index(form, "drop", len(m.Unknown)); i >= 0 {
		m.Unknown = slices.Delete(m.Unknown, i, i+1)
	}
	if i := index(form, "find", len(m.Unknown)); i >= 0 {
		q.Query, q.For, q.ForIndex = m.Unknown[i].Name, m.Unknown[i].Name, i
	} else if i := index(form, "for", len(m.Unknown)); i >= 0 && q.Query != "" && form.Get("drop") == "" {
		q.For, q.ForIndex = m.Unknown[i].Name, i
	}
	q.Foods = s.Table.SearchFoods(q.Query, maxFound)
	return m, q, false
}

// add puts a food on the plate: a typical portion of it, or as much as the
// unknown food weighs whose place it takes. A food that is there already gets
// heavier instead.
func (s *Server) add(m meal.Meal, id string, unknown int) (_ meal.Meal, full bool) {
	food, ok := s.Table.ByID(id)
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

// index reads a button's or field's number; -1 if it is not there or not
// below n.
func index(form url.Values, field string, n int) int {
	i, err := strconv.Atoi(form.Get(field))
	if err != nil || i < 0 || i >= n {
		return -1
	}
	return i
}
