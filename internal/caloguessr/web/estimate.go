package web

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/netip"
	"time"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/meal"
	"version-manager/internal/caloguessr/photo"
)

// tooManyPhotos is the error for a client that sent more than its share.
type tooManyPhotos struct{ wait time.Duration }

func (tooManyPhotos) Error() string { return "too many photos from one client" }

// estimate takes a photo and shows the meal on it.
func (s *Server) estimate(w http.ResponseWriter, r *http.Request) {
	client := s.Clients.Address(r)
	if wait, ok := s.photos.Ready(client, time.Now()); !ok {
		s.tooMany(w, r, wait)
		return
	}
	p := s.homePage(w, r, meal.Meal{}, search{})
	e, err := s.recognize(w, r, client, p.Lang())
	s.metrics.estimates.WithLabelValues(source(e), outcome(err)).Inc()
	if err != nil {
		s.estimateFailed(w, p, err)
		return
	}
	s.render(w, http.StatusOK, "home", s.homePage(w, r, s.plate(e), search{}))
}

// recognize reads the photo and asks the estimator. What cannot lead to an
// answer costs as little as possible: without a key nothing is decoded, and
// only what has arrived counts for the client's share.
func (s *Server) recognize(w http.ResponseWriter, r *http.Request, client netip.Addr, lang string) (estimate.Estimate, error) {
	if err := s.unable(); err != nil {
		s.refuseUpload(w, r)
		return estimate.Estimate{}, err
	}
	file, err := s.receive(w, r)
	if err != nil {
		return estimate.Estimate{}, err
	}
	defer file.Close()
	if wait, ok := s.photos.Allow(client, time.Now()); !ok {
		return estimate.Estimate{}, tooManyPhotos{wait}
	}
	small, err := s.Intake.ConvertUpload(r.Context(), file)
	if err != nil {
		return estimate.Estimate{}, err
	}
	file.Close() // the answer may take a while
	return s.Estimator.EstimatePhoto(r.Context(), small, lang)
}

// unable says why no photo can be recognized, whatever is on it.
func (s *Server) unable() error {
	if _, err := s.Keys.CurrentKey(); err != nil {
		return &estimate.Error{Reason: estimate.NoKey, Err: err}
	}
	if estimate.IsRetired(s.Model) {
		return &estimate.Error{Reason: estimate.NoModel, Err: errors.New("model is shut down")}
	}
	return nil
}

// plate turns an estimate into a meal.
func (s *Server) plate(e estimate.Estimate) meal.Meal {
	m := meal.Meal{Model: e.Model}
	for _, it := range e.Items {
		if food, ok := s.Table.ByID(it.FoodID); ok {
			m.Items = append(m.Items, meal.NewRecognized(food, it.Grams, it.Low, it.High, it.Confidence))
		} else {
			m.Unknown = append(m.Unknown, meal.Unknown{Name: meal.CleanName(it.Name), Grams: it.Grams})
		}
	}
	return m
}

// estimateFailed shows the start page again, with what went wrong.
func (s *Server) estimateFailed(w http.ResponseWriter, p homePage, err error) {
	f := failureOf(err)
	if f.after > 0 {
		w.Header().Set("Retry-After", seconds(f.after))
	}
	if f.logged {
		s.Log.Error("estimate", "outcome", outcome(err), "error", err)
	}
	p.Alert = p.T(f.key, "n", f.n, "model", s.Model)
	s.render(w, f.status, "home", p)
}

func (s *Server) tooMany(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	w.Header().Set("Retry-After", seconds(wait))
	s.problem(w, r, http.StatusTooManyRequests, "problem.tooMany", "n", int(math.Ceil(wait.Seconds())))
}

// source is who estimated, as a label.
func source(e estimate.Estimate) string {
	if e.Remembered {
		return "memory"
	}
	return "gemini"
}

// outcome is an error as a label of few values.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	if e, ok := errors.AsType[*estimate.Error](err); ok {
		return string(e.Reason)
	}
	if errors.Is(err, context.Canceled) {
		return "gone"
	}
	if errors.Is(err, photo.ErrBusy) {
		return "busy"
	}
	return "photo"
}
