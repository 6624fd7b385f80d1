#!/bin/sh
# Tests Caloguessr's pages in a real browser, with a fake Gemini and without a
# network. Needs Go, Node 20 with npm, and Chromium: CHROMIUM names it, or it
# is /usr/bin/chromium. Arguments go to Playwright, such as "axe.spec.js".
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
(cd ../.. && CGO_ENABLED=0 go build -o "$bin/caloguessr" ./cmd/caloguessr)
CALOGUESSR="$bin/caloguessr" npx playwright test "$@"
