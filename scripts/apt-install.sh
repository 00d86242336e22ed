#!/usr/bin/env bash
# Installs the named packages through apt, as root: `apt-install.sh PACKAGE…`.
#
# Removes nothing. Starts, stops and replaces no service: while it runs, a policy-rc.d refuses every start (unless the machine has
# one of its own, which then decides). Tries twice: a first large install can die on a package that left the mirror in between.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

install() {
  apt-get update --quiet && apt-get install --quiet --yes --no-remove --no-install-recommends "$@"
}

install "$@" </dev/null || { echo "apt failed; trying once more" >&2; install "$@" </dev/null; }
