package images

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
)

// slowKeychain is a credential helper that takes its time.
type slowKeychain struct{ time.Duration }

func (k slowKeychain) Resolve(authn.Resource) (authn.Authenticator, error) {
	time.Sleep(k.Duration)
	return authn.Anonymous, nil
}

// shop is a repository that has credentials.
type shop struct{}

func (shop) String() string      { return "registry.example.org/shop" }
func (shop) RegistryStr() string { return "registry.example.org" }

func TestCredentialHelperThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if a, err := (patient{slowKeychain{time.Minute - time.Second}, time.Minute}).Resolve(shop{}); a != authn.Anonymous || err != nil {
			t.Errorf("a slow one: %v, %v", a, err)
		}
		_, err := patient{slowKeychain{time.Minute + time.Second}, time.Minute}.Resolve(shop{})
		if err == nil || !strings.Contains(err.Error(), "registry.example.org did not answer within 1m0s") {
			t.Errorf("error %v", err)
		}
		time.Sleep(time.Minute) // so that it ends
	})
}
