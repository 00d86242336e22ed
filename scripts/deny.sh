#!/usr/bin/env bash
# What `deny.toml` says about licenses, bans and sources is held by a test of its own (tests/rules), which needs nothing installed.
# Where cargo-deny is there too, it checks the same file, and known vulnerabilities if its database can be had.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v cargo-deny >/dev/null; then
  echo "licenses, bans and sources: checked by tests/rules. Advisories: skipped (cargo-deny is not installed; cargo install --locked cargo-deny)."
  exit 0
fi
cargo deny --log-level error --workspace check licenses bans sources
if cargo deny fetch db >/dev/null 2>&1; then
  cargo deny --log-level error --workspace check --disable-fetch advisories
else
  echo "advisories: skipped (the advisory database could not be fetched)"
fi
