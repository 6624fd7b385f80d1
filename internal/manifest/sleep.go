package manifest

import "time"

// DefaultSleep is for gateways that were never measured: by default, Traefik
// waits up to two seconds between two reloads, and must first learn of a change.
const DefaultSleep = 5 * time.Second

// sleepStep divides all sleep times. They are part of the pods: following each
// measurement exactly would replace all pods each time.
const sleepStep = 5 * time.Second

// endTime is how long the app and then the sidecar have to end, once nothing
// is in flight.
const endTime = 10 * time.Second

// SleepTime is how long a terminating pod continues to serve, because proxies
// that have not heard of its end still send requests:
//
//	sleep = throttle + 2 × measured + 1 s, rounded up to a multiple of 5 s
//
// Throttle is the longest that a proxy waits between two reloads
// (providersThrottleDuration), in full, because a change may just have missed
// one. Measured is the longest that was seen from a change to the first
// answer that follows it, the throttle left out; twice, because the next time
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
