// Package geminitest has a fake of Gemini's REST API for tests. It has the calls that
// Caloguessr uses, generateContent and the lookup of a model, and the errors in
// Google's own format.
package geminitest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The only key and the only model that the server accepts.
const (
	Key   = "AIzaSy-test-key-0123456789-abcd"
	Model = "gemini-3.5-flash-lite"
)

// PlateAnswer has two foods of the table and one that is not in it.
const PlateAnswer = `{"items":[
 {"name":"White rice","food":"20045","grams":180,"low":140,"high":230,"confidence":86},
 {"name":"Chicken breast","food":"05064","grams":150,"low":110,"high":190,"confidence":72},
 {"name":"Mango lassi","food":"","grams":250,"low":200,"high":300,"confidence":55}]}`

// Request is a request that the server received.
type Request struct {
	Method, Path string
	Header       http.Header
	Body         []byte
}

// Server is the fake. Unless told otherwise, it answers PlateAnswer.
type Server struct {
	URL string

	mu       sync.Mutex
	requests []Request
	next     []http.HandlerFunc
}

// StartServer starts a server that stops with the test.
func StartServer(t testing.TB) *Server {
	s := &Server{}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	s.URL = h.URL
	return s
}

// QueueAnswers queues answers to the next requests. After them, it is PlateAnswer again.
func (s *Server) QueueAnswers(answers ...http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = append(s.next, answers...)
}

// ListRequests returns the requests so far.
func (s *Server) ListRequests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	answer := s.recordRequest(Request{r.Method, r.URL.Path, r.Header.Clone(), body})
	model, verb, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1beta/models/"), ":")
	switch {
	case answer != nil:
		answer(w, r)
	case r.Header.Get("x-goog-api-key") != Key:
		AnswerBadKey(w, r)
	case model != Model:
		AnswerNoModel(w, r)
	case r.Method == http.MethodGet && verb == "":
		writeJSON(w, http.StatusOK, map[string]any{"name": "models/" + model, "supportedGenerationMethods": []string{"generateContent"}})
	case r.Method == http.MethodPost && verb == "generateContent":
		AnswerText(PlateAnswer)(w, r)
	default:
		AnswerError(http.StatusBadRequest, "INVALID_ARGUMENT", "unknown method")(w, r)
	}
}

func (s *Server) recordRequest(r Request) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
	if len(s.next) == 0 {
		return nil
	}
	answer := s.next[0]
	s.next = s.next[1:]
	return answer
}

// AnswerText answers with a text.
func AnswerText(text string) http.HandlerFunc { return AnswerFinish("STOP", text) }

// AnswerFinish answers with a text and the reason why it ends.
func AnswerFinish(reason, text string) http.HandlerFunc {
	content := map[string]any{"role": "model", "parts": []any{map[string]any{"text": text}}}
	if text == "" {
		content = map[string]any{"role": "model"}
	}
	return AnswerJSON(http.StatusOK, map[string]any{
		"candidates":    []any{map[string]any{"content": content, "finishReason": reason, "index": 0}},
		"usageMetadata": map[string]any{"promptTokenCount": 1200, "totalTokenCount": 1400},
	})
}

// AnswerBlocked answers that the photo was blocked.
func AnswerBlocked(reason string) http.HandlerFunc {
	return AnswerJSON(http.StatusOK, map[string]any{"promptFeedback": map[string]any{"blockReason": reason}})
}

// AnswerError answers with an error in Google's format.
func AnswerError(code int, status, message string, details ...any) http.HandlerFunc {
	return AnswerJSON(code, map[string]any{"error": map[string]any{"code": code, "message": message, "status": status, "details": details}})
}

// AnswerBadKey is the answer to an invalid key.
func AnswerBadKey(w http.ResponseWriter, r *http.Request) {
	AnswerError(http.StatusBadRequest, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
		map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"})(w, r)
}

// AnswerNoModel is the answer for a retired model.
func AnswerNoModel(w http.ResponseWriter, r *http.Request) {
	AnswerError(http.StatusNotFound, "NOT_FOUND", "models/x is not found for API version v1beta, or is not supported for generateContent.")(w, r)
}

// AnswerExhausted is the answer to too many requests. The delay, such as "2s", may be
// empty.
func AnswerExhausted(delay string) http.HandlerFunc {
	return AnswerError(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "You exceeded your current quota.",
		map[string]any{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay})
}

// AnswerJSON answers with the JSON of v.
func AnswerJSON(code int, v any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, code, v) }
}

func writeJSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v) // an error shows up at the client
}
