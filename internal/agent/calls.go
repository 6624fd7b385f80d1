package agent

import (
	"errors"

	"version-manager/internal/agent/api"
	"version-manager/internal/color"
)

func observe(c call) (any, error) { return c.app.observe(), nil }

func lock(c call) (any, error) {
	var req api.LockRequest
	if err := c.read(&req); err != nil {
		return nil, err
	}
	token, err := c.app.lock(req.Holder, req.Nonce, peerOf(c.Context()))
	return api.LockAnswer{Token: token}, err
}

func probeSecret(c call) (any, error) {
	if err := c.app.check(c.token); err != nil {
		return nil, err
	}
	secret, err := c.app.probeSecret()
	return api.Text{Text: secret}, err
}

func renew(c call) (any, error) { return nil, c.app.check(c.token) }

func unlock(c call) (any, error) { return nil, c.app.unlock(c.token) }

func remove(c call) (any, error) { return nil, c.app.remove(c.Context(), c.token) }

func backup(c call) (any, error) {
	var id api.Text
	if err := c.read(&id); err != nil {
		return nil, err
	}
	path, err := c.app.backup(c.token, id.Text)
	return api.Text{Text: path}, err
}

func apply(c call) (any, error) {
	var req api.ApplyRequest
	col, err := c.color()
	if err = errors.Join(err, c.read(&req)); err != nil {
		return nil, err
	}
	req.Local.Defaulted = req.Defaulted
	return nil, c.app.apply(c.Context(), c.token, col, req)
}

func switchTo(c call) (any, error) {
	var req api.SwitchRequest
	if err := c.read(&req); err != nil {
		return nil, err
	}
	col, err := color.Parse(req.Color)
	if err != nil {
		return nil, err
	}
	return nil, c.app.switchTo(c.Context(), c.token, col, req.IfRevision)
}

func confirm(c call) (any, error) {
	col, err := c.color()
	if err != nil {
		return nil, err
	}
	return nil, c.app.confirm(c.Context(), c.token, col)
}

func retire(c call) (any, error) {
	col, err := c.color()
	if err != nil {
		return nil, err
	}
	return nil, c.app.retire(c.Context(), c.token, col)
}
