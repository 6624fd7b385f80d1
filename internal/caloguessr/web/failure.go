package web

import (
	"context"
	"errors"
	"math"
	"net/http"
	"os"
	"strconv"
	"time"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/photo"
	"version-manager/internal/caloguessr/upload"
)

// failure is how an error is answered.
type failure struct {
	status int
	key    string // of the sentence in i18n
	n      int    // its {n}
	after  time.Duration
	logged bool // because the operator can do something about it
}

// failureOf returns the answer to an error of the packages photo, upload, and
// estimate.
func failureOf(err error) failure {
	if e, ok := errors.AsType[*estimate.Error](err); ok {
		return estimateFailure(e)
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return failure{status: http.StatusRequestEntityTooLarge, key: "problem.tooLarge", n: photo.MaxBytes >> 20}
	}
	if e, ok := errors.AsType[tooManyPhotos](err); ok {
		return failure{status: http.StatusTooManyRequests, key: "problem.tooMany", n: int(math.Ceil(e.wait.Seconds())), after: e.wait}
	}
	switch {
	case errors.Is(err, photo.ErrTooManyPixels):
		return failure{status: http.StatusRequestEntityTooLarge, key: "problem.tooManyPixels", n: photo.MaxPixels / 1_000_000}
	case errors.Is(err, photo.ErrTooLarge):
		return failure{status: http.StatusRequestEntityTooLarge, key: "problem.tooMuchMemory", logged: true}
	case errors.Is(err, photo.ErrHEIC):
		return failure{status: http.StatusUnsupportedMediaType, key: "problem.heic"}
	case errors.Is(err, photo.ErrUnsupported):
		return failure{status: http.StatusUnsupportedMediaType, key: "problem.unsupported"}
	case errors.Is(err, photo.ErrNotImage):
		return failure{status: http.StatusUnsupportedMediaType, key: "problem.notImage"}
	case errors.Is(err, photo.ErrDamaged):
		return failure{status: http.StatusUnprocessableEntity, key: "problem.damaged"}
	case errors.Is(err, photo.ErrBusy), errors.Is(err, upload.ErrBusy):
		return failure{status: http.StatusServiceUnavailable, key: "problem.busy", after: 2 * time.Second, logged: true}
	case errors.Is(err, upload.ErrDisk):
		return failure{status: http.StatusInternalServerError, key: "problem.internal", logged: true}
	case errors.Is(err, errNoPhoto):
		return failure{status: http.StatusUnprocessableEntity, key: "problem.noPhoto"}
	case errors.Is(err, upload.ErrSlow), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return failure{status: http.StatusRequestTimeout, key: "problem.slow"}
	}
	return failure{status: http.StatusUnprocessableEntity, key: "problem.form"}
}

// estimateFailure answers with 4xx if the photo is the cause, and with 5xx if
// Google or the setup of this server is.
func estimateFailure(e *estimate.Error) failure {
	switch e.Reason {
	case estimate.NoKey:
		return failure{status: http.StatusServiceUnavailable, key: "photo.noKey"}
	case estimate.BadKey:
		return failure{status: http.StatusBadGateway, key: "problem.badKey", logged: true}
	case estimate.NoModel:
		return failure{status: http.StatusBadGateway, key: "problem.noModel", logged: true}
	case estimate.RateLimited:
		f := failure{status: http.StatusTooManyRequests, key: "problem.rateLimited", after: e.After}
		if e.After > 0 {
			f.key, f.n = "problem.rateLimitedAfter", int(math.Ceil(e.After.Seconds()))
		}
		return f
	case estimate.Refused:
		return failure{status: http.StatusUnprocessableEntity, key: "problem.refused"}
	case estimate.NoFood:
		return failure{status: http.StatusUnprocessableEntity, key: "problem.noFood"}
	case estimate.Garbled:
		return failure{status: http.StatusBadGateway, key: "problem.garbled", logged: true}
	case estimate.Timeout:
		return failure{status: http.StatusGatewayTimeout, key: "problem.timeout", logged: true}
	case estimate.Unreachable:
		return failure{status: http.StatusBadGateway, key: "problem.unreachable", logged: true}
	case estimate.Rejected:
		return failure{status: http.StatusBadGateway, key: "problem.rejected", logged: true}
	}
	return failure{status: http.StatusBadGateway, key: "problem.down", logged: true}
}

// formatSeconds rounds up, for the header Retry-After.
func formatSeconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
