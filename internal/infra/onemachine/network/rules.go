package network

import "version-manager/internal/infra/onemachine/topology"

// tableName is our own table in nftables. Removing it removes all our rules.
const tableName = "version-manager-cluster"

// removeTable removes the table, whether or not it exists.
const removeTable = "table ip " + tableName + "\ndelete table ip " + tableName + "\n"

// filterRules replaces our table as a whole. A machine that forwards packets
// is a router for every network it is connected with, so only answers to the
// cluster's own connections are let into the cluster. The machine's own packets
// do not pass the forward chain. Accept ends only this chain, and packets for
// other networks are left to the rules of others.
func filterRules() string {
	ours := "{ " + topology.NodeRange + ", " + topology.PodRange + " }"
	return removeTable +
		"table ip " + tableName + " {\n" +
		"\tchain postrouting {\n" +
		"\t\ttype nat hook postrouting priority srcnat; policy accept;\n" +
		"\t\tip saddr " + ours + " ip daddr != " + ours + " masquerade\n" +
		"\t}\n" +
		"\tchain forward {\n" +
		"\t\ttype filter hook forward priority filter; policy accept;\n" +
		"\t\toifname != " + topology.BridgeName + " accept\n" +
		"\t\tiifname " + topology.BridgeName + " accept\n" +
		"\t\tct state established,related accept\n" +
		"\t\tdrop\n" +
		"\t}\n" +
		"}\n"
}
