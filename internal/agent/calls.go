package agent

import (
	"errors"

	"version-manager/internal/agent/api"
	"version-manager/internal/color"
)

func handleObserve(c call) (any, error) { return c.app.observeApp(), nil }

func handleLock(c call) (any, error) {
	var req api.LockRequest
	if err := c.readRequest(&req); err != nil {
		return nil, err
	}
	token, err := c.app.acquireLock(req.Holder, req.Nonce, peerOf(c.Context()))
	return api.LockAnswer{Token: token}, err
}

func handleProbeSecret(c call) (any, error) {
	if err := c.app.checkToken(c.token); err != nil {
		return nil, err
	}
	secret, err := c.app.probeSecret()
	return api.TextBody{Text: secret}, err
}

func handleRenew(c call) (any, error) { return nil, c.app.checkToken(c.token) }

func handleUnlock(c call) (any, error) { return nil, c.app.releaseLock(c.token) }

func handleRemove(c call) (any, error) { return nil, c.app.removeApp(c.Context(), c.token) }

func handleBackup(c call) (any, error) {
	var id api.TextBody
	if err := c.readRequest(&id); err != nil {
		return nil, err
	}
	path, err := c.app.backUpState(c.token, id.Text)
	return api.TextBody{Text: path}, err
}

func handleApply(c call) (any, error) {
	var req api.ApplyRequest
	col, err := c.parseColor()
	if err = errors.Join(err, c.readRequest(&req)); err != nil {
		return nil, err
	}
	req.Local.Defaulted = req.Defaulted
	return nil, c.app.applySpec(c.Context(), c.token, col, req)
}

func handleSwitch(c call) (any, error) {
	var req api.SwitchRequest
	if err := c.readRequest(&req); err != nil {
		return nil, err
	}
	col, err := color.Parse(req.Color)
	if err != nil {
		return nil, err
	}
	return nil, c.app.switchRoute(c.Context(), c.token, col, req.IfRevision)
}

func handleConfirm(c call) (any, error) {
	col, err := c.parseColor()
	if err != nil {
		return nil, err
	}
	return nil, c.app.confirmColor(c.Context(), c.token, col)
}

func handleRetire(c call) (any, error) {
	col, err := c.parseColor()
	if err != nil {
		return nil, err
	}
	return nil, c.app.retireColor(c.Context(), c.token, col)
}
