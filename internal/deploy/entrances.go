package deploy

// Entrances is where requests come in.
type Entrances struct {
	Public  []string `json:"public"`  // base URLs that are open, all ruled by the same route
	Preview string   `json:"preview"` // base URL that reaches the standby color, 503 where there is none

	Listeners []Listener `json:"listeners,omitempty"` // on this machine: all that the app asks for, open or not
}

// Listener is one address of this machine at which an app asks to be reached.
type Listener struct {
	URL       string `json:"url"`
	Setting   string `json:"setting"` // "local.app" or "local.ingress", the line that asks for it
	Port      int    `json:"port"`
	InsteadOf int    `json:"insteadOf,omitempty"` // the default port that was taken when this one was chosen
	Open      bool   `json:"open"`
	Reason    string `json:"reason,omitempty"` // why it is not open

	Certificate *Certificate `json:"certificate,omitempty"` // that is served there; nil without TLS
}
