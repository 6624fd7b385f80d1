# The common uses:
#
#   make run           build, create v1.0.0 if there is no version yet, deploy it, print the addresses
#   make test          everything that needs no root and no service
#   make check         what a change must pass before it is proposed: lint, vulnerabilities, race tests
#   make e2e           a real cluster of three nodes on this machine; as root
#   make bench         every bench; each prints its table and fails when its bar is missed
#
# Go and git are all that `run` and `test` need, beside make and bash.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO          ?= go
BIN         := bin/version-manager
FUZZTIME    ?= 10s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.3.0

.PHONY: build
build: ## build the command line into bin/
	@[[ -e $(BIN) ]] || echo 'building $(BIN): the first time, this can take a few minutes' >&2
	@CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/version-manager

.PHONY: run
run: build ## create v1.0.0 if there is no version yet, deploy the newest, print the addresses
	@IFS=$$'\t' read -r version state _ < <(./$(BIN) list -q) || { version=v1.0.0; state='not built here'; }; \
	./$(BIN) plan >/dev/null; \
	if [[ "$$state" == *'not built here' ]]; then ./$(BIN) create "$$version" >/dev/null; fi; \
	./$(BIN) deploy "$$version"; \
	./$(BIN) status

.PHONY: test
test: ## everything that needs no root and no service
	@CGO_ENABLED=0 $(GO) test -timeout 5m ./...

.PHONY: race
race: ## the same under the race detector
	@$(GO) test -race -timeout 15m ./...

.PHONY: new-user
new-user: ## make run and make test in a fresh clone, as somebody without root, git identity or cache, beside another's app
	@$(GO) run ./test/newuser

.PHONY: lived-in
lived-in: ## the tests on a machine whose default ports, home folder and environment are somebody else's
	@$(GO) run ./test/livedin $(MAKE) test

.PHONY: lint
lint: ## formatting, vet on both systems, staticcheck
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not gofmt-ed: $$unformatted"; exit 1; fi
	@$(GO) vet ./...
	@GOOS=darwin $(GO) vet ./...
	@$(GO) vet -tags crashtest ./internal/...
	@$(GO) vet -tags e2e ./internal/... ./test/...
	@$(GO) run $(STATICCHECK) ./...

.PHONY: lint-cluster
lint-cluster: ## the same for the programs of a local cluster; compiles all of Kubernetes, unless that was done
	@unformatted=$$(gofmt -l cluster); if [ -n "$$unformatted" ]; then echo "not gofmt-ed: $$unformatted"; exit 1; fi
	@cd cluster && CGO_ENABLED=0 GOFLAGS=-trimpath $(GO) vet ./...

.PHONY: shape
shape: ## figures of this code base beside their limits; fails when one is exceeded
	@$(GO) run ./test/shape

.PHONY: words
words: ## every text that a person reads; fails on phrases that are not plain English
	@$(GO) run ./test/words

.PHONY: vuln
vuln: ## known vulnerabilities in what we link (asks the public database)
	@$(GO) run $(GOVULNCHECK) ./...

.PHONY: check
check: lint vuln race ## what a change must pass before it is proposed

.PHONY: browser
browser: ## the pages in a real browser, with axe
	@test/browser/run.sh

.PHONY: fuzz
fuzz: ## every fuzz target, FUZZTIME=10s each
	@$(GO) run ./test/fuzz -time $(FUZZTIME)

.PHONY: mutants
mutants: ## change one condition at a time in the code that must not lose a request: does a test notice?
	@CGO_ENABLED=0 $(GO) run ./test/mutants

.PHONY: crash-test
crash-test: ## kill -9 of CLI and agent at every journal write, under load
	@$(GO) run ./test/bench/crash

.PHONY: e2e
e2e: ## the whole story in a real cluster of three nodes on this machine; as root
	@$(GO) run ./test/e2e

.PHONY: e2e-faults
e2e-faults: ## one fault at a time in that cluster, under load; as root
	@$(GO) run ./test/e2e/faults

.PHONY: hostile
hostile: ## broken and malicious requests, responses, clients, archives, and neighbors; 5 minutes at most
	@$(GO) run ./test/hostile

.PHONY: bench-switch
bench-switch: ## 100 deploys there and back under 500 requests/s
	@$(GO) run ./test/bench/switch

.PHONY: bench-ingress
bench-ingress: ## the ingress beside Caddy, HAProxy and nginx
	@$(GO) run ./test/bench/ingress

.PHONY: bench-cold
bench-cold: ## the first build, start-up, memory
	@$(GO) run ./test/bench/cold

.PHONY: bench-kube
bench-kube: ## 50 switches in a real cluster, beside what people do otherwise; as root
	@$(GO) run ./test/bench/kube

.PHONY: bench
bench: bench-cold bench-ingress bench-switch ## every bench that needs no root

.PHONY: readme
readme: build ## run the README's transcript again and write it down
	@$(GO) run ./test/readme

.PHONY: notices
notices: ## write down the licenses of what is linked, after go.mod has changed
	@CGO_ENABLED=0 $(GO) test ./internal/licenses/notices -update

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'
