package deploy

// Phase is where a deploy stands. The journal's records lead from one to the
// next by the table in transitions.
type Phase string
