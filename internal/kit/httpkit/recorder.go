package httpkit

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// Recorder is a ResponseWriter that remembers what it answered.
type Recorder struct {
	http.ResponseWriter
	Status int // 0 until something was written
	Bytes  int64
}

// Record returns w as a Recorder; w itself if it is one already.
func Record(w http.ResponseWriter) *Recorder {
	if r, ok := w.(*Recorder); ok {
		return r
	}
	return &Recorder{ResponseWriter: w}
}

func (r *Recorder) WriteHeader(status int) {
	if r.Status == 0 && status >= 200 {
		r.Status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *Recorder) Write(b []byte) (int, error) {
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.Bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *Recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// AccessLog writes one line a request, without query, body or headers: those
// may hold what is nobody's business. quiet says which requests are routine
// and logged only at debug level.
func AccessLog(log *slog.Logger, quiet func(*http.Request) bool) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec, start := Record(w), time.Now()
			next.ServeHTTP(rec, r)
			level := slog.LevelInfo
			if quiet(r) && rec.Status < 500 {
				level = slog.LevelDebug
			}
			log.Log(r.Context(), level, "request", "method", r.Method, "path", r.URL.Path, "status", rec.Status,
				"bytes", rec.Bytes, "ms", float64(time.Since(start).Microseconds())/1000)
		})
	}
}

// Recover answers a panic with failed and logs it with its stack. A handler
// that panics with http.ErrAbortHandler means it, and gets its way.
func Recover(log *slog.Logger, failed http.HandlerFunc) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := Record(w)
			defer func() {
				v := recover()
				if v == nil {
					return
				}
				if v == http.ErrAbortHandler || rec.Status != 0 {
					panic(http.ErrAbortHandler) // too late for a page: cut the connection
				}
				log.Error("panic", "path", r.URL.Path, "value", v, "stack", string(debug.Stack()))
				failed(rec, r)
			}()
			next.ServeHTTP(rec, r)
		})
	}
}
