// Package probe asks the app for a cheap page, all through a deploy, so
// that the deploy can say what it cost the users.
//
// Start begins to ask and returns a Prober; Stop ends it and returns the
// Measurement. Requests leave at a fixed rate on a clock of their own: the
// schedule is computed from the start, a target that stalls does not slow it,
// and latency counts from the scheduled instant, so that no stall hides the
// requests which would have come during it. Half of the requests use fresh
// connections, half kept-alive ones; one slow request and one WebSocket are
// always open if the configuration names their paths.
//
// The probe speaks HTTP/1.1 through a thin client of its own (see conn)
// because net/http repeats requests behind its caller's back: an idempotent
// request on a reused connection that dies is sent again, and the failure,
// which a POST would not have survived, is never seen. Nothing is repeated
// here, no redirect is followed, and no proxy is read from the environment.
//
// What counts as failed: no connection, a connection that broke, no answer
// within the timeout, an answer that is not HTTP or not what the check wants,
// the statuses 408, 429 and 500 upwards, a 404 by a gateway that knows no way to
// the app, and any answer that names no color although the ones before did: it
// came from something else. Any other status is the app's own word and as good
// as a 200. A request that this machine could not send is neither sent nor
// failed: it is counted as skipped, and shown.
//
// Load is the same machinery with a mix of requests, for benches. The package
// knows nothing about targets or journals, decides nothing, and shows nothing:
// package report does.
package probe
