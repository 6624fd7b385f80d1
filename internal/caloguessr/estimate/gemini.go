package estimate

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"google.golang.org/genai"

	"version-manager/internal/caloguessr/nutrition"
	"version-manager/internal/caloguessr/photo"
	"version-manager/internal/kit/httpx"
)

const (
	// DefaultModel is cheap, quick and good enough at naming food.
	DefaultModel = "gemini-3.5-flash-lite"
	// DefaultBaseURL is where Google's API is.
	DefaultBaseURL = "https://generativelanguage.googleapis.com/"

	estimateTimeout = 30 * time.Second // for one estimate, a repetition included
	checkTimeout    = 10 * time.Second
	maxAnswerTokens = 8192 // of an answer; a full plate takes a few hundred
)

// Gemini asks a model of Google's. It sends the shrunk photo, the list of
// foods and the language in which unknown foods are to be named, and nothing
// about who asks.
type Gemini struct {
	table   *nutrition.Table
	key     func() (string, error)
	model   string
	baseURL string
	base    http.RoundTripper
	system  string
}

var _ Estimator = (*Gemini)(nil)

// NewGemini returns an estimator that gets its key anew for every photo, so
// that it may change at any time. key returns an *Error, such as NoKey.
func NewGemini(table *nutrition.Table, key func() (string, error), model, baseURL string) *Gemini {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = estimateTimeout
	return &Gemini{table, key, model, baseURL, transport, buildInstructions(table)}
}

// EstimatePhoto implements Estimator.
func (g *Gemini) EstimatePhoto(ctx context.Context, p photo.Photo, lang string) (Estimate, error) {
	key, err := g.key()
	if err != nil {
		return Estimate{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, estimateTimeout)
	defer cancel()
	client, once, err := g.newClient(ctx, key)
	if err != nil {
		return Estimate{}, err
	}
	question := genai.NewContentFromParts([]*genai.Part{
		genai.NewPartFromBytes(p.JPEG, "image/jpeg"),
		genai.NewPartFromText("Language for names: " + lang),
	}, genai.RoleUser)
	response, err := client.Models.GenerateContent(ctx, g.model, []*genai.Content{question}, g.requestConfig())
	if err != nil {
		return Estimate{}, classifyError(err, once.after, key)
	}
	text, err := answerText(response)
	if err != nil {
		return Estimate{}, err
	}
	items, err := parseAnswer([]byte(text), g.table)
	if err != nil {
		return Estimate{}, err
	}
	return Estimate{Items: items, Model: g.model}, nil
}

// CheckKey asks Google whether the key works and the model exists, without
// spending anything.
func (g *Gemini) CheckKey(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	client, once, err := g.newClient(ctx, key)
	if err != nil {
		return err
	}
	if _, err := client.Models.Get(ctx, g.model, nil); err != nil {
		return classifyError(err, once.after, key)
	}
	return nil
}

// newClient returns a client for one request. Everything that it would look up
// in the environment is set here.
func (g *Gemini) newClient(ctx context.Context, key string) (*genai.Client, *retryOnce, error) {
	once := &retryOnce{next: g.base}
	client, err := genai.NewClient(ctx, &genai.ClientConfig{
		APIKey:      key,
		Backend:     genai.BackendGeminiAPI,
		HTTPClient:  httpx.NewNoRedirectClient(once, 0), // a redirect would carry the key elsewhere
		HTTPOptions: genai.HTTPOptions{BaseURL: g.baseURL},
	})
	if err != nil {
		// The library prints the whole configuration, key and all.
		return nil, nil, &Error{Reason: Rejected, Err: fmt.Errorf("set up client: %s", redactKey(err.Error(), key))}
	}
	return client, once, nil
}

func (g *Gemini) requestConfig() *genai.GenerateContentConfig {
	return &genai.GenerateContentConfig{
		SystemInstruction: genai.NewContentFromText(g.system, genai.RoleUser),
		ResponseMIMEType:  "application/json",
		ResponseSchema:    answerSchema(),
		MaxOutputTokens:   maxAnswerTokens,
		CandidateCount:    1,
	}
}

// answerText takes the text out of a response, or says why there is none.
func answerText(r *genai.GenerateContentResponse) (string, error) {
	if f := r.PromptFeedback; f != nil && f.BlockReason != "" {
		return "", &Error{Reason: Refused, Err: fmt.Errorf("photo blocked: %s", f.BlockReason)}
	}
	if len(r.Candidates) == 0 {
		return "", &Error{Reason: Garbled, Err: fmt.Errorf("no candidate in the answer")}
	}
	switch reason := r.Candidates[0].FinishReason; reason {
	case "", genai.FinishReasonUnspecified, genai.FinishReasonStop:
	case genai.FinishReasonMaxTokens, genai.FinishReasonLanguage, genai.FinishReasonOther:
		return "", &Error{Reason: Garbled, Err: fmt.Errorf("answer ended early: %s", reason)}
	default:
		return "", &Error{Reason: Refused, Err: fmt.Errorf("answer blocked: %s", reason)}
	}
	text := strings.TrimSpace(r.Text())
	if text == "" {
		return "", &Error{Reason: Garbled, Err: fmt.Errorf("empty answer")}
	}
	return text, nil
}

// IsRetired says whether a model is known to be shut down. Models that retire
// later are found out by Check.
func IsRetired(model string) bool {
	for _, family := range []string{"gemini-1.0-", "gemini-1.5-", "gemini-2.0-"} {
		if strings.HasPrefix(model, family) {
			return true
		}
	}
	return false
}
