package config

import "testing"

func TestFrontIsTaken(t *testing.T) {
	for _, yaml := range []string{
		"{hsts: 8760h, cert: c, key: k}",
		"{hsts: 17520h, cert: c, key: k}",
		"{trusted: [127.0.0.1, '::1', 10.0.0.0/8, 'fd00::/8', 0.0.0.0/1]}",
		"{limits: {requests: 1, uploads: 1, websockets: 1, perClient: 1, perConnection: 1, connections: 1000000}}",
	} {
		if _, err := ParseYAML([]byte(withBase("local: " + yaml))); err != nil {
			t.Errorf("%s: %v", yaml, err)
		}
	}
}

func TestNetwork(t *testing.T) {
	for s, want := range map[string]string{
		"192.0.2.1": "192.0.2.1/32", "::ffff:192.0.2.1": "192.0.2.1/32", "2001:db8::1": "2001:db8::1/128",
		"10.1.2.3/8": "10.0.0.0/8", "::ffff:10.0.0.0/104": "10.0.0.0/8", "fd00::/8": "fd00::/8",
	} {
		if got, err := ParseNetwork(s); err != nil || got.String() != want {
			t.Errorf("%s is %s, %v, want %s", s, got, err, want)
		}
	}
}
