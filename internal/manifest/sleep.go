package manifest

import "time"

// DefaultSleep is for gateways that nobody has measured: Traefik as it comes
// waits up to two seconds between two reloads, and the news has to reach it.
const DefaultSleep = 5 * time.Second

// sleepStep is what sleeps are multiples of. They are part of the pods: one
// that followed each measurement would have all of them replaced each time.
const sleepStep = 5 * time.Second

// endTime is how long the app and then the sidecar have to end, once nothing
// is in flight.
const endTime = 10 * time.Second

// SleepTime says how long a pod that has been told to end goes on as if nothing
// had happened, because proxies that have not heard of it go on sending:
//
//	sleep = throttle + 2 × measured + 1 s, rounded up to a multiple of 5 s
//
// Throttle is the longest that a proxy waits between two reloads
// (providersThrottleDuration), in full, because a change may just have missed
// one. Measured is the longest that was seen from a change to the first
// answer that obeys it, the throttle left out; twice, because the next time
// may be worse than all that were measured. The second is for the clocks
// and probes between.
func SleepTime(throttle, measured time.Duration) time.Duration {
	need := throttle + 2*measured + time.Second
	return (need + sleepStep - 1) / sleepStep * sleepStep
}

func (a App) sleepTime() time.Duration {
	if a.Sleep > 0 {
		return a.Sleep
	}
	return DefaultSleep
}
