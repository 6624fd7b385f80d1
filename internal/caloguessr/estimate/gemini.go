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
	// DefaultModel is inexpensive, fast, and recognizes food well enough.
	DefaultModel = "gemini-3.5-flash-lite"
	// DefaultBaseURL is the URL of Google's API.
	DefaultBaseURL = "https://generativelanguage.googleapis.com/"

	estimateTimeout = 30 * time.Second // for one estimate, including a second attempt
	checkTimeout    = 10 * time.Second
	maxAnswerTokens = 8192 // a full plate takes a few hundred
)

// Gemini asks a Google model. It sends the shrunk photo, the list of foods, and the
// language for the names of unknown foods, and nothing about the visitor.
type Gemini struct {
	table   *nutrition.Table
	key     func() (string, error)
	model   string
	baseURL string
	base    http.RoundTripper
	system  string
}

var _ Estimator = (*Gemini)(nil)

// NewGemini returns an estimator that calls key for every photo, so the key can
// change at any time. The error of key is an *Error, such as NoKey.
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

// CheckKey asks Google whether the key works and the model exists, which costs
// nothing.
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

// newClient returns a client for one request. It sets everything that the library
// would read from the environment.
func (g *Gemini) newClient(ctx context.Context, key string) (*genai.Client, *retryOnce, error) {
	once := &retryOnce{next: g.base}
	client, err := genai.NewClient(ctx, &genai.ClientConfig{
		APIKey:      key,
		Backend:     genai.BackendGeminiAPI,
		HTTPClient:  httpx.NewNoRedirectClient(once, 0), // a redirect would carry the key elsewhere
		HTTPOptions: genai.HTTPOptions{BaseURL: g.baseURL},
	})
	if err != nil {
		// The message of the library contains the whole configuration, with the key.
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

// answerText returns the text of a response, or the reason why it has none.
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

// IsRetired reports whether a model is known to be shut down. CheckKey also notices
// models that are shut down later.
func IsRetired(model string) bool {
	for _, family := range []string{"gemini-1.0-", "gemini-1.5-", "gemini-2.0-"} {
		if strings.HasPrefix(model, family) {
			return true
		}
	}
	return false
}
