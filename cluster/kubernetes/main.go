// Command kubernetes is every component of upstream Kubernetes, and etcd, in
// one program:
//
//	kubernetes etcd --config-file=etcd.yaml
//	kubernetes apiserver|controller-manager|scheduler|kubelet|proxy FLAGS...
//
// The flags are those of the upstream programs, whose code is linked in. One
// program instead of six is linked once, takes less disk space, and all processes
// share the memory of its code.
//
// One process runs one component. All components register their feature gates
// in one registry per process, and two commands in the same process would
// conflict. So only the command that the first argument names is created.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"          // --logging-format=json
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // metrics of the API client
	_ "k8s.io/component-base/metrics/prometheus/version"  // metric with the version
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	manager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

func main() {
	if len(os.Args) < 2 || components()[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: kubernetes "+strings.Join(componentNames(), "|")+" FLAGS...")
		os.Exit(2)
	}
	newCommand := components()[os.Args[1]]
	os.Args = os.Args[1:] // a component expects the arguments of its own program
	os.Exit(cli.Run(newCommand()))
}

// components maps the first argument to the constructor of its command.
func components() map[string]func() *cobra.Command {
	return map[string]func() *cobra.Command{
		"etcd":               newEtcdCommand,
		"apiserver":          apiserver.NewAPIServerCommand,
		"controller-manager": manager.NewControllerManagerCommand,
		"scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
		"kubelet":            func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
		"proxy":              proxy.NewProxyCommand,
	}
}

func componentNames() []string {
	var list []string
	for name := range components() {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}
