package kubernetes

// session is the lock, for as long as the Lease names its token.
type session struct {
	*Target
	holder string // as people read it
	token  string // of this one taking of the lock
}
