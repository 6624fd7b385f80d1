package web

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"time"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/meal"
	"version-manager/internal/caloguessr/photo"
)

const (
	// maxDrain is how much of a refused upload is still read, so that the
	// browser gets to see the answer instead of a reset connection.
	maxDrain = 64 << 20
	// uploadTime bounds how long a photo may take to arrive.
	uploadTime = 60 * time.Second
	// partOverhead is what the form around a photo may weigh.
	partOverhead = 16 << 10
)

var (
	errNoPhoto = errors.New("no photo in the form")
	errBusy    = errors.New("too many photos at once")
)

// estimate takes a photo and shows the meal on it.
func (s *Server) estimate(w http.ResponseWriter, r *http.Request) {
	if wait, ok := s.photos.Allow(s.Clients.Address(r), time.Now()); !ok {
		s.tooMany(w, r, wait)
		return
	}
	p := s.homePage(w, r, meal.Meal{}, search{})
	e, err := s.recognise(w, r, p.Lang())
	s.metrics.estimates.WithLabelValues(source(e), outcome(err)).Inc()
	if err != nil {
		s.estimateFailed(w, p, err)
		return
	}
	s.render(w, http.StatusOK, "home", s.homePage(w, r, s.plate(e), search{}))
}

// recognise reads the photo and asks the estimator.
func (s *Server) recognise(w http.ResponseWriter, r *http.Request, lang string) (estimate.Estimate, error) {
	small, err := s.takePhoto(w, r)
	if err != nil {
		return estimate.Estimate{}, err
	}
	return s.Estimator.Estimate(r.Context(), small, lang)
}

// takePhoto reads the photo and makes it small. Only that takes memory worth
// limiting; waiting for the estimator does not.
func (s *Server) takePhoto(w http.ResponseWriter, r *http.Request) (photo.Photo, error) {
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		return photo.Photo{}, errBusy
	}
	data, err := readPhoto(w, r)
	if err != nil {
		return photo.Photo{}, err
	}
	return s.Intake.Take(r.Context(), data)
}

// plate turns an estimate into a meal.
func (s *Server) plate(e estimate.Estimate) meal.Meal {
	m := meal.Meal{Model: e.Model}
	for _, it := range e.Items {
		if food, ok := s.Table.ByID(it.FoodID); ok {
			m.Items = append(m.Items, meal.Recognised(food, it.Grams, it.Low, it.High, it.Confidence))
		} else {
			m.Unknown = append(m.Unknown, meal.Unknown{Name: meal.CleanName(it.Name), Grams: it.Grams})
		}
	}
	return m
}

// readPhoto reads the photo's field straight into memory: no temporary file
// ever holds it.
func readPhoto(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	whole := r.Body
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime)) // if it cannot be set, the server's own applies
	r.Body = http.MaxBytesReader(w, whole, photo.MaxBytes+partOverhead)
	data, err := photoField(r)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		io.CopyN(io.Discard, whole, maxDrain)
	}
	return data, err
}

func photoField(r *http.Request) ([]byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errors.Join(errNoPhoto, err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errNoPhoto
		}
		if err != nil {
			return nil, err
		}
		if part.FormName() != "photo" {
			continue
		}
		data, err := io.ReadAll(part)
		if err == nil && len(data) == 0 {
			err = errNoPhoto
		}
		return data, err
	}
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
	return "photo"
}
