#!/usr/bin/env bash
# Every test, in the order in which a fault is cheapest to find. Called by `make test`, which installs what is missing first.
set -euo pipefail
cd "$(dirname "$0")/.."

step() {
  printf '\n== %s (%dm%02ds)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60))
}

step "format"
cargo fmt --all --check

step "window: types, lints, tests, build"
(cd ui && npm run --silent typecheck && npm run --silent lint && npm run --silent test)
make --no-print-directory ui/dist/index.html

step "lints"
cargo clippy --locked --workspace --all-targets -- --deny warnings

step "licenses, bans, sources"
scripts/deny.sh

# The app itself is built in the same call, with the same features, as the tests: linking the web view twice costs minutes.
step "build"
cargo build --locked --workspace --bins --tests

step "tests of every crate, then the journeys in the real window"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
HEADROOM_ARTIFACTS="${HEADROOM_ARTIFACTS:-$PWD/artifacts}" cargo test --locked --workspace --no-fail-fast 2>&1 | tee "$said"

step "all tests passed"
# The sum over all test binaries, since the last of them may well have none.
awk '/^test result: / { passed += $4; failed += $6 } END { printf "%d passed, %d failed\n", passed, failed }' "$said"
