package onemachine

import (
	"strings"
	"testing"
)

func TestWayThrough(t *testing.T) {
	const open = "-P FORWARD ACCEPT\n"
	const docker = "-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n"
	const dockerSeen = "table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n"
	const own = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n\n" +
		"\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n%\t}\n}\n"
	closed, told := strings.Replace(own, "%", "", 1), strings.Replace(own, "%", "\t\tiifname \"vm-cluster\" accept\n", 1)
	for _, tt := range []struct{ what, filter, ruleset, want string }{
		{"nothing", "", "", ""},
		{"only our own", open, rules(), ""},
		{"Docker", docker, rules() + dockerSeen,
			"sudo iptables -I FORWARD -i vm-cluster -j ACCEPT && sudo iptables -I FORWARD -o vm-cluster -j ACCEPT"},
		{"Docker, told", docker + "-A FORWARD -i vm-cluster -j ACCEPT\n", dockerSeen, ""},
		{"firewalld", open, "table inet firewalld {\n\tchain filter_FORWARD {\n\t}\n}\n", "sudo firewall-cmd --zone=trusted --add-interface=vm-cluster"},
		{"a table by hand", open, rules() + closed,
			"sudo nft insert rule inet filter forward iifname vm-cluster accept && sudo nft insert rule inet filter forward oifname vm-cluster accept"},
		{"a table by hand, told", open, told, ""},
		{"IPv6, which nodes do not have", open, "table ip6 filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n", ""},
	} {
		if got := wayThrough(tt.filter, tt.ruleset); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.what, got, tt.want)
		}
	}
}
