// Command kubernetes is every component of upstream Kubernetes, and etcd, in
// one program:
//
//	kubernetes etcd --config-file=etcd.yaml
//	kubernetes apiserver|controller-manager|scheduler|kubelet|proxy FLAGS...
//
// The flags are those of the upstream programs, which is what is linked in.
// One program instead of six is linked once, takes the disk of one, and the
// pages of its text are shared by all processes of a machine.
//
// One process is one component. The feature gates of the components live in
// one registry for the whole process, and two commands that are built in the
// same process clash over them; so the word on the command line decides
// first, and only then is that one command built.
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
		fmt.Fprintln(os.Stderr, "usage: kubernetes "+strings.Join(names(), "|")+" FLAGS...")
		os.Exit(2)
	}
	build := components()[os.Args[1]]
	os.Args = os.Args[1:] // a component reads the flags of a program of its own
	os.Exit(cli.Run(build()))
}

// components maps the first argument to what builds its command.
func components() map[string]func() *cobra.Command {
	return map[string]func() *cobra.Command{
		"etcd":               newEtcd,
		"apiserver":          apiserver.NewAPIServerCommand,
		"controller-manager": manager.NewControllerManagerCommand,
		"scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
		"kubelet":            func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
		"proxy":              proxy.NewProxyCommand,
	}
}

func names() []string {
	var list []string
	for name := range components() {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}
