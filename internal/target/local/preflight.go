package local

import (
	"context"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"version-manager/internal/agent/certificate"
	"version-manager/internal/agent/listening"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
)

// CheckListeners finds out, before anything is built or started, where a deploy
// would listen. It fails if a configured port is taken. It opens
// nothing for good and starts no agent for an app that never ran here.
func (t *Target) CheckListeners(ctx context.Context) (list []deploy.Listener, err error) {
	now, err := t.ObserveApp(ctx)
	if err != nil {
		return nil, err
	}
	ours := map[int]deploy.Listener{}
	for _, l := range now.Entrances.Listeners {
		if l.Open {
			ours[l.Port] = l
		}
	}
	for _, wish := range listening.PortRequests(t.local) {
		port, err := wish.ChoosePort(t.app, standInPort(now.Entrances.Listeners, wish), func(address string) error {
			_, digits, _ := net.SplitHostPort(address) // Wish has joined them
			port, _ := strconv.Atoi(digits)
			if slices.ContainsFunc(list, func(l deploy.Listener) bool { return l.Port == port }) {
				return syscall.EADDRINUSE // by the entrance before
			}
			if ours[port].Open {
				return nil
			}
			return listening.TryListen(address)
		})
		if err != nil {
			return nil, err
		}
		l := deploy.Listener{Setting: wish.Setting, Port: port, InsteadOf: wish.InsteadOf(port), Open: ours[port].Open}
		if l.Certificate, err = t.servedCertificate(wish, ours[port].Certificate); err != nil {
			return nil, err
		}
		l.URL = listening.BaseURL(wish.AddressOf(port), "", l.Certificate != nil)
		list = append(list, l)
	}
	return list, nil
}

// servedCertificate describes the one that a deploy would serve, nil for none.
// One that is served already stays, whatever its file contains at the moment.
func (t *Target) servedCertificate(wish listening.PortRequest, served *deploy.Certificate) (*deploy.Certificate, error) {
	if wish.Setting != listening.IngressSetting || t.local.Cert == "" {
		return nil, nil
	}
	files := certificate.Files{Cert: t.projectPath(t.local.Cert), Key: t.projectPath(t.local.Key)}
	if served != nil && served.File == files.Cert {
		return served, nil
	}
	c, err := certificate.InspectFiles(files)
	if err != nil {
		return nil, problem.Wrap(err, problem.Failed, "check local.cert and local.key in "+config.File, "load the certificate")
	}
	return &c, nil
}

func (t *Target) projectPath(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(t.project, file)
}

// standInPort returns the port that is already used in place of a default one.
func standInPort(list []deploy.Listener, wish listening.PortRequest) int {
	for _, l := range list {
		if l.Setting == wish.Setting && l.InsteadOf != 0 {
			return l.Port
		}
	}
	return 0
}
