// Package estimate asks who knows what a photo of food shows: which foods,
// and how many grams of each.
//
// It never deals in calories. A recognizer names foods out of the nutrition
// table and weighs them by eye; what they hold is computed from the table.
// Every answer is checked before it is believed, and every failure is an
// [Error] whose [Reason] the page has a sentence for.
//
// [Estimator] is the seam: [Gemini] asks Google, [Cache] remembers.
package estimate

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/caloguessr/photo"
)

// Estimator recognizes food. It must not keep the photo.
type Estimator interface {
	// EstimatePhoto returns what the photo shows. Names of foods that are not in
	// the table are in lang. Errors are of type *Error, or ctx's own.
	EstimatePhoto(ctx context.Context, p photo.Photo, lang string) (Estimate, error)
}

// Estimate is a checked answer.
type Estimate struct {
	Items      []Item
	Model      string // who answered
	Remembered bool   // nobody was asked this time
}

// Item is one food on the photo.
type Item struct {
	FoodID           string // in the nutrition table; empty: not in it
	Name             string // only where FoodID is empty
	Low, Grams, High int    // 1 <= Low <= Grams <= High
	Confidence       int    // percent, 1 to 100
}

// Reason is why there is no estimate.
type Reason string

const (
	NoKey       Reason = "no-key"       // nobody has set a key
	BadKey      Reason = "bad-key"      // Google does not accept the key
	NoModel     Reason = "no-model"     // the model is retired or was never there
	RateLimited Reason = "rate-limited" // too many requests for this key
	Refused     Reason = "refused"      // a safety filter stepped in
	NoFood      Reason = "no-food"      // nothing edible was recognized
	Garbled     Reason = "garbled"      // an answer that makes no sense
	Timeout     Reason = "timeout"      // no answer in time
	Down        Reason = "down"         // Google answers with an error of its own
	Unreachable Reason = "unreachable"  // no connection
	Rejected    Reason = "rejected"     // Google calls our request wrong
)

// Error is a failed estimate.
type Error struct {
	Reason Reason
	After  time.Duration // when to try again; 0: not known
	Err    error         // what happened; never holds a key
}

func (e *Error) Error() string {
	if e.Err == nil {
		return "estimate: " + string(e.Reason)
	}
	return fmt.Sprintf("estimate: %s: %v", e.Reason, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }
