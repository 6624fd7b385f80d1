# The common uses:
#
#   make run           build, create v1.0.0 if there is no version yet, deploy it, print the addresses
#   make test          every test that needs neither root nor a service
#   make check         what a change must pass before you propose it: lint, vulnerabilities, race tests
#   make e2e           a real cluster of three nodes on this machine; as root
#   make bench         every benchmark; each prints a table and fails if it misses its target
#
# `run` and `test` need only Go, git, make, and bash.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO          ?= go
BIN         := bin/version-manager
FUZZTIME    ?= 10s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.3.0

# Tests wait more than they compute, so more of them run at a time than there
# are cores. They are compiled as the programs are, so that what one of them
# compiled, the other need not.
CORES      := $(shell getconf _NPROCESSORS_ONLN)
TEST_FLAGS := -trimpath -p $(shell echo $$((2 * $(CORES)))) -parallel $(shell echo $$((4 * $(CORES))))

# run-suite builds a program and runs it. A suite ends with exit code 75 when
# the machine was too busy to judge it, which `go run` would turn into 1. Make
# itself always ends with 2, and prints "Error 75".
define run-suite
@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; CGO_ENABLED=0 $(GO) build -trimpath -o "$$dir/" $(1); "$$dir/$(notdir $(1))"
endef

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
test: ## every test that needs neither root nor a service
	@CGO_ENABLED=0 $(GO) test $(TEST_FLAGS) -timeout 5m ./...

.PHONY: race
race: ## the same tests under the race detector
	@# without vet, which `make test` and `make lint` run
	@$(GO) test -race -vet=off $(TEST_FLAGS) -timeout 15m ./...

.PHONY: new-user
new-user: ## the README's commands in a fresh clone, as a user without root, git identity, or cache
	@$(GO) run ./test/newuser

.PHONY: lived-in
lived-in: ## the tests on a machine whose default ports, home folder, and environment are in use
	@$(GO) run ./test/livedin $(MAKE) test

.PHONY: lint
lint: ## formatting, vet on both systems, staticcheck
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not gofmt-ed: $$unformatted"; exit 1; fi
	@export CGO_ENABLED=0 GOFLAGS="$${GOFLAGS-} -trimpath"; \
	$(GO) vet ./...; \
	$(GO) vet -tags crashtest ./internal/...; \
	$(GO) vet -tags e2e ./internal/... ./test/...; \
	$(GO) run $(STATICCHECK) ./...; \
	GOOS=darwin $(GO) vet ./...

.PHONY: lint-cluster
lint-cluster: ## lint for the programs of a local cluster; compiles all of Kubernetes once
	@unformatted=$$(gofmt -l cluster); if [ -n "$$unformatted" ]; then echo "not gofmt-ed: $$unformatted"; exit 1; fi
	@cd cluster && CGO_ENABLED=0 GOFLAGS=-trimpath $(GO) vet ./...

.PHONY: shape
shape: ## figures of this code base beside their limits; fails when one is exceeded
	@$(GO) run ./test/shape

.PHONY: words
words: ## every text that a person reads; fails on phrases that are not plain English
	@$(GO) run ./test/words

.PHONY: vuln
vuln: ## known vulnerabilities in linked modules, from the public database
	@$(GO) run $(GOVULNCHECK) ./...

.PHONY: check
check: lint vuln race ## what a change must pass before you propose it

.PHONY: browser
browser: ## the web pages in a real browser, with axe
	@test/browser/run.sh

.PHONY: fuzz
fuzz: ## every fuzz target, FUZZTIME=10s each
	@$(GO) run ./test/fuzz -time $(FUZZTIME)

.PHONY: mutants
mutants: ## change one condition at a time in the code that must not lose a request: does a test notice?
	@CGO_ENABLED=0 $(GO) run ./test/mutants

.PHONY: crash-test
crash-test: ## kill -9 of the command line and the agent at every write of the journal, under load
	$(call run-suite,./test/bench/crash)

.PHONY: e2e
e2e: ## every step of an app's life in a real cluster of three nodes on this machine; as root
	$(call run-suite,./test/e2e)

.PHONY: cluster-programs
cluster-programs: ## build what e2e boots, Kubernetes above all, without booting it
	@CGO_ENABLED=0 $(GO) run -trimpath ./test/e2e/programs

.PHONY: e2e-faults
e2e-faults: ## one fault at a time in that cluster, under load; as root
	$(call run-suite,./test/e2e/faults)

.PHONY: hostile
hostile: ## broken and malicious requests, responses, clients, archives, and neighbors; 5 minutes at most
	$(call run-suite,./test/hostile)

.PHONY: bench-switch
bench-switch: ## 100 deploys back and forth under 500 requests/s
	$(call run-suite,./test/bench/switch)

.PHONY: bench-ingress
bench-ingress: ## the ingress compared with Caddy, HAProxy, and nginx
	$(call run-suite,./test/bench/ingress)

.PHONY: bench-cold
bench-cold: ## first build, startup, memory
	$(call run-suite,./test/bench/cold)

.PHONY: bench-kube
bench-kube: ## 50 switches in a real cluster, compared with a rolling update and a Service selector; as root
	$(call run-suite,./test/bench/kube)

.PHONY: bench
bench: bench-cold bench-ingress bench-switch ## every benchmark that does not need root

LONG := fuzz mutants crash-test bench-cold bench-ingress bench-switch bench-kube e2e-faults

.PHONY: long
long: ## what takes too long for every change, or needs a quiet machine: before a release, for hours; as root
	@failed=(); \
	for suite in $(LONG); do \
		echo "=== $$suite"; \
		$(MAKE) --no-print-directory "$$suite" FUZZTIME=60s || failed+=("$$suite"); \
	done; \
	[[ $${#failed[@]} -eq 0 ]] || { echo "failed: $${failed[*]}"; exit 1; }

.PHONY: readme
readme: build ## record the README's transcript and table of commands again
	@$(GO) run ./test/readme

.PHONY: notices
notices: ## update the licenses of linked modules after a change of go.mod
	@CGO_ENABLED=0 $(GO) test ./internal/licenses/notices -update

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'
