// Package estimate finds out what a photo of food shows: which foods, and how many
// grams of each.
//
// It knows no calories. A model names foods of the nutrition table and estimates
// their weight; everything else is computed from the table. Every answer is checked,
// and every failure is an [Error] whose [Reason] the page explains.
//
// [Gemini] and [Cache] implement [Estimator].
package estimate

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/caloguessr/photo"
)

// Estimator recognizes food. It must not store the photo.
type Estimator interface {
	// EstimatePhoto returns what the photo shows. Foods that are not in the table
	// have a name in the language lang. Errors are of type *Error, or ctx's own.
	EstimatePhoto(ctx context.Context, p photo.Photo, lang string) (Estimate, error)
}

// Estimate is an answer that was checked.
type Estimate struct {
	Items      []Item
	Model      string // that answered
	Remembered bool   // from the cache
}

// Item is one food in the photo.
type Item struct {
	FoodID           string // in the nutrition table; empty if it is not there
	Name             string // only if FoodID is empty
	Low, Grams, High int    // 1 <= Low <= Grams <= High
	Confidence       int    // percent, 1 to 100
}

// Reason says why an estimate failed.
type Reason string

// Reasons of an Error.
const (
	NoKey       Reason = "no-key"       // no key is set
	BadKey      Reason = "bad-key"      // Google does not accept the key
	NoModel     Reason = "no-model"     // the model does not exist or is retired
	RateLimited Reason = "rate-limited" // too many requests for this key
	Refused     Reason = "refused"      // by a safety filter
	NoFood      Reason = "no-food"      // nothing edible was recognized
	Garbled     Reason = "garbled"      // the answer makes no sense
	Timeout     Reason = "timeout"      // no answer in time
	Down        Reason = "down"         // Google reports an internal error
	Unreachable Reason = "unreachable"  // no connection
	Rejected    Reason = "rejected"     // Google reports that our request is wrong
)

// Error is a failed estimate.
type Error struct {
	Reason Reason
	After  time.Duration // when to try again; 0 if unknown
	Err    error         // never contains the key
}

func (e *Error) Error() string {
	if e.Err == nil {
		return "estimate: " + string(e.Reason)
	}
	return fmt.Sprintf("estimate: %s: %v", e.Reason, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }
