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
			Name: "caloguessr_http_request_seconds", Help: "Time from a request's header to the end of its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "caloguessr_http_in_flight", Help: "Requests being answered now."}),
		estimates: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "caloguessr_estimates_total", Help: "Meals estimated, by who did it (gemini, memory, hand) and how it ended."}, []string{"source", "outcome"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "caloguessr_build_info", Help: "Which copy of the app this is; always 1.",
		ConstLabels: prometheus.Labels{"version": b.Version, "color": b.Color, "instance_id": b.Instance}})
	build.Set(1)
	registry.MustRegister(m.requests, m.seconds, m.inFlight, m.estimates, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// measure counts every request under the pattern that it matched, so that
// made-up paths do not become labels.
func (m *metrics) measure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec, start := httpkit.Record(w), time.Now()
		m.inFlight.Inc()
		defer func() {
			m.inFlight.Dec()
			m.requests.WithLabelValues(route(r), code(rec.Status)).Inc()
			m.seconds.WithLabelValues(route(r)).Observe(time.Since(start).Seconds())
		}()
		next.ServeHTTP(rec, r)
	})
}

// route is the matched pattern; empty where a request was refused before.
func route(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	return r.Pattern
}

// code is the status as a label; "cut" where none was sent.
func code(status int) string {
	if status == 0 {
		return "cut"
	}
	return strconv.Itoa(status)
}
