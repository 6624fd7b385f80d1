package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"version-manager/internal/kit/httpkit"
)

// metrics counts what this instance does, in a registry of its own.
type metrics struct {
	handler   http.Handler
	requests  *prometheus.CounterVec   // by route and code
	seconds   *prometheus.HistogramVec // by route
	inFlight  prometheus.Gauge
	estimates *prometheus.CounterVec // by source and outcome
}

func newMetrics(b Build) *metrics {
	registry := prometheus.NewRegistry()
	m := &metrics{
		handler: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "caloguessr_http_requests_total", Help: "Requests answered."}, []string{"route", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "caloguessr_http_request_seconds", Help: "Time from the header of a request to the end of its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "caloguessr_http_in_flight", Help: "Requests being answered now."}),
		estimates: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "caloguessr_estimates_total", Help: "Meals estimated, by source (gemini, memory, hand) and outcome."}, []string{"source", "outcome"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "caloguessr_build_info", Help: "Which copy of the app this is; always 1.",
		ConstLabels: prometheus.Labels{"version": b.Version, "color": b.Color, "instance_id": b.Instance}})
	build.Set(1)
	registry.MustRegister(m.requests, m.seconds, m.inFlight, m.estimates, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// measureRequests counts every request under the pattern that it matched, so that
// invented paths do not become labels.
func (m *metrics) measureRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec, start := httpkit.Record(w), time.Now()
		m.inFlight.Inc()
		defer func() {
			m.inFlight.Dec()
			m.requests.WithLabelValues(routeLabel(r), codeLabel(rec.Status)).Inc()
			m.seconds.WithLabelValues(routeLabel(r)).Observe(time.Since(start).Seconds())
		}()
		next.ServeHTTP(rec, r)
	})
}

// routeLabel returns the matched pattern, or "none" if the request was refused
// before it matched one.
func routeLabel(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	return r.Pattern
}

// codeLabel returns the status, or "cut" if none was sent.
func codeLabel(status int) string {
	if status == 0 {
		return "cut"
	}
	return strconv.Itoa(status)
}
