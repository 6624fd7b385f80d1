package kubernetes

import (
	"sync"
	"sync/atomic"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kube"
)

// session is the lock, for as long as the Lease names its token.
type session struct {
	*Target
	holder string       // as people read it
	token  string       // of this one taking of the lock
	term   atomic.Int64 // of the lease: counts the holders; the heartbeat may write it

	mu       sync.Mutex
	anchorID string                       // UID of the anchor; empty: not looked at yet
	journals map[string]*kube.Object      // as last written, by id
	followed color.Color                  // whose is what goes with the traffic, for all that this process did
	switched time.Time                    // when the route was last written; zero: not by this process
	before   map[color.Color]*kube.Object // the route as it was when it was led away from a color
	begun    bool                         // it began a deploy, and ends none that another one began
}
