package dashboards

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// healthz says that the process answers.
func (s *server) healthz(c *gin.Context) error {
	c.String(http.StatusOK, "ok\n")
	return nil
}

// readyz says that there is a history that can be read.
func (s *server) readyz(c *gin.Context) error {
	reading, err := s.read(c.Request.Context())
	if err == nil {
		defer reading.release()
		_, err = s.history(c.Request.Context(), reading)
	}
	if err != nil {
		told := explain(english, err)
		c.String(http.StatusServiceUnavailable, told.Message+"\n")
		return nil
	}
	c.String(http.StatusOK, "ready\n")
	return nil
}

// serverMetrics is what Prometheus is told. DuckDB's memory shows only in the process collector's resident size.
type serverMetrics struct {
	handler   http.Handler
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
}

func newServerMetrics(s *server) *serverMetrics {
	m := &serverMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "fillrate_http_requests_total", Help: "Requests answered.",
		}, []string{"method", "route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "fillrate_http_request_duration_seconds", Help: "Time to answer a request.",
			Buckets: []float64{0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
		}, []string{"route"}),
	}
	generation := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fillrate_generation", Help: "Number of the current generation, 0 while there is none.",
	}, func() float64 {
		number, err := s.store.Current()
		if err != nil {
			return 0
		}
		return float64(number)
	})
	asOf := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fillrate_as_of_timestamp_seconds", Help: "Newest date in the history, 0 while there is none.",
	}, s.asOfSeconds)
	registry := prometheus.NewRegistry()
	line := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fillrate_queries_waiting", Help: "Queries that readers wait for and that wait in line themselves.",
	}, func() float64 { return float64(s.cache.line.length()) })
	size := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fillrate_cache_bytes", Help: "Memory that kept results and pages take, estimated.",
	}, func() float64 { return float64(s.cache.size()) })
	warmed := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fillrate_warmed_generation", Help: "Newest generation of which the pages were made ahead, 0 while there is none.",
	}, func() float64 { return float64(s.warmed.Load()) })
	registry.MustRegister(m.requests, m.durations, generation, asOf, line, size, warmed,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
}

func (s *server) asOfSeconds() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	reading, err := s.read(ctx)
	if err != nil {
		return 0
	}
	defer reading.release()
	history, err := s.history(ctx, reading)
	if err != nil || history.AsOf.IsZero() {
		return 0
	}
	return float64(history.AsOf.Unix())
}

func (m *serverMetrics) count(method, route string, status int, took time.Duration) {
	if method != http.MethodGet && method != http.MethodHead {
		method = "other" // what a client may call itself must not make new series
	}
	m.requests.WithLabelValues(method, route, statusLabel(status)).Inc()
	m.durations.WithLabelValues(route).Observe(took.Seconds())
}

func (s *server) prometheus(c *gin.Context) error {
	s.metrics.handler.ServeHTTP(c.Writer, c.Request)
	return nil
}
