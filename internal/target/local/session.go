package local

import (
	"context"
	"net/http"

	"version-manager/internal/agent/api"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
)

// session holds the lock as long as its token is the latest.
type session struct {
	target *Target
	token  uint64
}

var (
	_ deploy.Session           = (*session)(nil)
	_ deploy.ProbeSecretKeeper = (*session)(nil)
)

func (s *session) callAgent(ctx context.Context, method, path string, in, out any) error {
	return s.target.client.callAgent(ctx, method, s.target.apiPath(path), s.token, in, out)
}

func colorPath(c color.Color) string { return "/colors/" + string(c) }

// ProbeSecret implements [deploy.ProbeSecretKeeper].
func (s *session) ProbeSecret(ctx context.Context) (string, error) {
	var secret api.TextBody
	err := s.callAgent(ctx, http.MethodPost, "/probe", nil, &secret)
	return secret.Text, err
}

func (s *session) RenewLock(ctx context.Context) error {
	return s.callAgent(ctx, http.MethodPost, "/renew", nil, nil)
}

func (s *session) ReleaseLock(ctx context.Context) error {
	return s.callAgent(ctx, http.MethodPost, "/unlock", nil, nil)
}

func (s *session) JournalWriter() journal.Writer { return writer{s} }

func (s *session) BackUpState(ctx context.Context, id string) (string, error) {
	var path api.TextBody
	err := s.callAgent(ctx, http.MethodPost, "/backup", api.TextBody{Text: id}, &path)
	return path.Text, err
}

func (s *session) ApplySpec(ctx context.Context, c color.Color, spec deploy.Spec) error {
	req := api.ApplyRequest{Spec: spec, Local: s.target.local, Project: s.target.project, Defaulted: s.target.local.Defaulted, PreviewSecret: s.target.preview}
	return s.callAgent(ctx, http.MethodPut, colorPath(c), req, nil)
}

// RepairColor implements [deploy.Session]. Nobody else changes what the agent keeps.
func (s *session) RepairColor(context.Context, color.Color, deploy.Spec) ([]string, error) {
	return nil, nil
}

func (s *session) SwitchRoute(ctx context.Context, c color.Color, ifRevision string) error {
	return s.callAgent(ctx, http.MethodPost, "/switch", api.SwitchRequest{Color: string(c), IfRevision: ifRevision}, nil)
}

func (s *session) ConfirmRoute(ctx context.Context, c color.Color) error {
	return s.callAgent(ctx, http.MethodPost, colorPath(c), nil, nil)
}

func (s *session) RetireColor(ctx context.Context, c color.Color) error {
	return s.callAgent(ctx, http.MethodDelete, colorPath(c), nil, nil)
}

func (s *session) RemoveApp(ctx context.Context) error {
	return s.callAgent(ctx, http.MethodDelete, "", nil, nil)
}
