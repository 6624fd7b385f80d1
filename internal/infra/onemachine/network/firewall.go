package network

import (
	"context"
	"strings"

	"version-manager/internal/infra/onemachine/hosttool"
	"version-manager/internal/infra/onemachine/topology"
)

// FirewallHint returns the command that lets packets of the nodes pass a
// firewall of this machine that drops what it forwards, as those of Docker,
// ufw, and firewalld do. It returns "" if no such firewall was found. Our own
// accept rule cannot do that: each chain of nftables decides for itself.
func FirewallHint(ctx context.Context) string {
	iptables, _ := hosttool.RunCommand(ctx, "iptables", "-S", "FORWARD") // a program that fails is no reason to stop
	nft, _ := hosttool.RunCommand(ctx, "nft", "list", "ruleset")
	return openFirewallCommand(iptables, nft)
}

// openFirewallCommand reads the rules that iptables and nft print. Rules that
// mention our bridge were opened before.
func openFirewallCommand(iptables, nft string) string {
	var commands []string
	bridge := topology.BridgeName
	if strings.Contains(iptables, "-P FORWARD DROP") && !strings.Contains(iptables, bridge) {
		commands = append(commands, "iptables -I FORWARD -i "+bridge+" -j ACCEPT", "iptables -I FORWARD -o "+bridge+" -j ACCEPT")
	}
	for table := range strings.SplitSeq(nft, "\ntable ") {
		name, _, _ := strings.Cut(strings.TrimPrefix(table, "table "), " {")
		switch {
		case strings.Contains(table, bridge) || name == "ip filter": // the latter belongs to iptables
		case name == "inet firewalld":
			commands = append(commands, "firewall-cmd --zone=trusted --add-interface="+bridge)
		case strings.HasPrefix(name, "ip ") || strings.HasPrefix(name, "inet "):
			commands = append(commands, acceptCommands(name, table)...)
		}
	}
	if len(commands) == 0 {
		return ""
	}
	return "sudo " + strings.Join(commands, " && sudo ")
}

// acceptCommands open those forward chains of a table that drop by default.
func acceptCommands(table, rules string) (list []string) {
	for chain := range strings.SplitSeq(rules, "\tchain ") {
		name, body, _ := strings.Cut(chain, " {")
		if strings.Contains(body, " hook forward ") && strings.Contains(body, "policy drop;") {
			list = append(list,
				"nft insert rule "+table+" "+name+" iifname "+topology.BridgeName+" accept",
				"nft insert rule "+table+" "+name+" oifname "+topology.BridgeName+" accept")
		}
	}
	return list
}
