package onemachine

import (
	"context"
	"strings"
)

// blocked returns the command that lets nodes reach the world where a firewall
// of this machine drops what it forwards, as those of Docker, ufw and firewalld
// do; "" if nothing is known to be in the way. Our own accept helps nothing
// there: each chain of nftables decides for itself.
func blocked(ctx context.Context) string {
	filter, _ := command(ctx, "iptables", "-S", "FORWARD") // who cannot be asked is no reason to stop
	ruleset, _ := command(ctx, "nft", "list", "ruleset")
	return wayThrough(filter, ruleset)
}

// wayThrough reads what iptables and nft say of their rules. One that speaks of
// our bridge has been told already.
func wayThrough(filter, ruleset string) string {
	var ways []string
	if strings.Contains(filter, "-P FORWARD DROP") && !strings.Contains(filter, bridge) {
		ways = append(ways, "iptables -I FORWARD -i "+bridge+" -j ACCEPT", "iptables -I FORWARD -o "+bridge+" -j ACCEPT")
	}
	for each := range strings.SplitSeq(ruleset, "\ntable ") {
		name, _, _ := strings.Cut(strings.TrimPrefix(each, "table "), " {")
		switch {
		case strings.Contains(each, bridge) || name == "ip filter": // the latter is that of iptables
		case name == "inet firewalld":
			ways = append(ways, "firewall-cmd --zone=trusted --add-interface="+bridge)
		case strings.HasPrefix(name, "ip ") || strings.HasPrefix(name, "inet "):
			ways = append(ways, insertions(name, each)...)
		}
	}
	if len(ways) == 0 {
		return ""
	}
	return "sudo " + strings.Join(ways, " && sudo ")
}

// insertions are the rules that open those chains of a table that drop.
func insertions(table, rules string) (list []string) {
	for chain := range strings.SplitSeq(rules, "\tchain ") {
		name, body, _ := strings.Cut(chain, " {")
		if strings.Contains(body, " hook forward ") && strings.Contains(body, "policy drop;") {
			list = append(list,
				"nft insert rule "+table+" "+name+" iifname "+bridge+" accept",
				"nft insert rule "+table+" "+name+" oifname "+bridge+" accept")
		}
	}
	return list
}
