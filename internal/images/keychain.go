package images

import (
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"version-manager/internal/kit/problem"
)

// helperLimit is how long a credential helper may take. It may ask a keyring,
// which may ask a person.
const helperLimit = 2 * time.Minute

// patient gives up on a keychain that does not answer. The library starts
// credential helpers without a limit of its own, and there is no way to stop
// one; it ends at the latest with us.
type patient struct {
	authn.Keychain
	limit time.Duration
}

func (p patient) Resolve(of authn.Resource) (authn.Authenticator, error) {
	type answer struct {
		authn.Authenticator
		error
	}
	answered := make(chan answer, 1)
	go func() {
		a, err := p.Keychain.Resolve(of)
		answered <- answer{a, err}
	}()
	timer := time.NewTimer(p.limit)
	defer timer.Stop()
	select {
	case a := <-answered:
		return a.Authenticator, a.error
	case <-timer.C:
		return nil, problem.New(problem.Failed, "docker login "+of.RegistryStr(),
			"the credential helper for %s did not answer within %s", of.RegistryStr(), p.limit)
	}
}
