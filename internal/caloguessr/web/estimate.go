package web

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/meal"
	"version-manager/internal/caloguessr/nutrition"
	"version-manager/internal/caloguessr/photo"
	"version-manager/internal/kit/httpkit"
)

// photoHandler turns photos into meals.
type photoHandler struct {
	*pages
	photoReceiver
	table     *nutrition.Table
	intake    *photo.Intake
	estimator estimate.Estimator
	clients   *httpkit.Clients
	rate      *httpkit.Rate
	estimates *prometheus.CounterVec
}

func newPhotoHandler(o Options, p *pages, m *metrics) photoHandler {
	return photoHandler{
		pages: p, photoReceiver: photoReceiver{o.Uploads}, table: o.Table, intake: o.Intake, estimator: o.Estimator,
		clients: o.Clients, rate: httpkit.NewRate(photoBurst, photoInterval), estimates: m.estimates,
	}
}

// tooManyPhotos is the error for a client that sends photos too often.
type tooManyPhotos struct{ wait time.Duration }

func (tooManyPhotos) Error() string { return "too many photos from one client" }

// serveEstimate takes a photo and shows the meal on it.
func (h photoHandler) serveEstimate(w http.ResponseWriter, r *http.Request) {
	client := h.clients.Address(r)
	if wait, ok := h.rate.Ready(client, time.Now()); !ok {
		h.serveTooMany(w, r, wait)
		return
	}
	p := h.newMealPage(w, r, meal.Meal{}, search{})
	e, err := h.recognizePhoto(w, r, client, p.Lang())
	h.estimates.WithLabelValues(sourceLabel(e), outcomeLabel(err)).Inc()
	if err != nil {
		h.serveFailure(w, p, err)
		return
	}
	h.renderPage(w, http.StatusOK, "home", h.newMealPage(w, r, h.toMeal(e), search{}))
}

// recognizePhoto reads the photo and asks the estimator. It spends as little as
// possible on photos that cannot be recognized: without a key, none is decoded.
// Only photos that have arrived count for the client's rate limit.
func (h photoHandler) recognizePhoto(w http.ResponseWriter, r *http.Request, client netip.Addr, lang string) (estimate.Estimate, error) {
	if err := h.checkEstimator(); err != nil {
		h.discardUpload(w, r)
		return estimate.Estimate{}, err
	}
	file, err := h.receivePhoto(w, r)
	if err != nil {
		return estimate.Estimate{}, err
	}
	defer file.Close()
	if wait, ok := h.rate.Allow(client, time.Now()); !ok {
		return estimate.Estimate{}, tooManyPhotos{wait}
	}
	small, err := h.intake.ConvertUpload(r.Context(), file)
	if err != nil {
		return estimate.Estimate{}, err
	}
	file.Close() // early, because the estimate may take a while
	return h.estimator.EstimatePhoto(r.Context(), small, lang)
}

// checkEstimator fails if no photo can be recognized.
func (h photoHandler) checkEstimator() error {
	if _, err := h.keys.CurrentKey(); err != nil {
		return &estimate.Error{Reason: estimate.NoKey, Err: err}
	}
	if estimate.IsRetired(h.model) {
		return &estimate.Error{Reason: estimate.NoModel, Err: errors.New("model is shut down")}
	}
	return nil
}

func (h photoHandler) toMeal(e estimate.Estimate) meal.Meal {
	m := meal.Meal{Model: e.Model}
	for _, it := range e.Items {
		if food, ok := h.table.ByID(it.FoodID); ok {
			m.Items = append(m.Items, meal.NewRecognized(food, it.Grams, it.Low, it.High, it.Confidence))
		} else {
			m.Unknown = append(m.Unknown, meal.Unknown{Name: meal.CleanName(it.Name), Grams: it.Grams})
		}
	}
	return m
}

// serveFailure shows the start page with what went wrong.
func (h photoHandler) serveFailure(w http.ResponseWriter, p mealPage, err error) {
	f := failureOf(err)
	if f.after > 0 {
		w.Header().Set("Retry-After", formatSeconds(f.after))
	}
	if f.logged {
		h.log.Error("estimate", "outcome", outcomeLabel(err), "error", err)
	}
	p.Alert = p.T(f.key, "n", f.n, "model", h.model)
	h.renderPage(w, f.status, "home", p)
}

// sourceLabel says where an estimate comes from, for the metrics.
func sourceLabel(e estimate.Estimate) string {
	if e.Remembered {
		return "memory"
	}
	return "gemini"
}

// outcomeLabel sums an error up, for the metrics.
func outcomeLabel(err error) string {
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
