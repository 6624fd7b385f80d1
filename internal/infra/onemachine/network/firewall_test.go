package network

import (
	"strings"
	"testing"
)

func TestOpenFirewallCommand(t *testing.T) {
	const open = "-P FORWARD ACCEPT\n"
	const docker = "-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n"
	const dockerInNft = "table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n"
	const own = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n\n" +
		"\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n%\t}\n}\n"
	closed, opened := strings.Replace(own, "%", "", 1), strings.Replace(own, "%", "\t\tiifname \"vm-cluster\" accept\n", 1)
	for _, tt := range []struct{ name, iptables, nft, want string }{
		{"no rules", "", "", ""},
		{"only our rules", open, filterRules(), ""},
		{"Docker", docker, filterRules() + dockerInNft,
			"sudo iptables -I FORWARD -i vm-cluster -j ACCEPT && sudo iptables -I FORWARD -o vm-cluster -j ACCEPT"},
		{"Docker, opened before", docker + "-A FORWARD -i vm-cluster -j ACCEPT\n", dockerInNft, ""},
		{"firewalld", open, "table inet firewalld {\n\tchain filter_FORWARD {\n\t}\n}\n", "sudo firewall-cmd --zone=trusted --add-interface=vm-cluster"},
		{"handwritten table", open, filterRules() + closed,
			"sudo nft insert rule inet filter forward iifname vm-cluster accept && sudo nft insert rule inet filter forward oifname vm-cluster accept"},
		{"handwritten table, opened before", open, opened, ""},
		{"IPv6, which nodes do not have", open, "table ip6 filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n", ""},
	} {
		if got := openFirewallCommand(tt.iptables, tt.nft); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
