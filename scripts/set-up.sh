#!/usr/bin/env bash
# Installs what is missing to run (`set-up.sh run`) or to test (`set-up.sh test`) Headroom, and nothing else.
#
# System packages come through apt and never remove, start or replace anything that is there; npm and Python packages come at the
# versions that are written down, into folders of this project. Lists what it would install and asks, unless CI is set or it runs as
# root in a container. Quick when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:?say what for: run or test}

# What the web view is built with and the tray is shown with, then what a window without a screen is tested with.
run_packages=(build-essential pkg-config libwebkit2gtk-4.1-dev libayatana-appindicator3-1 fonts-dejavu-core)
test_packages=(dbus dunst xvfb xdotool webkit2gtk-driver python3-venv)
# The browser's names on Ubuntu, and on Debian.
if grep -qs '^ID=ubuntu' /etc/os-release; then test_packages+=(chromium-browser chromium-chromedriver); else test_packages+=(chromium chromium-driver); fi

case $purpose in
  run) packages=("${run_packages[@]}") ;;
  test) packages=("${run_packages[@]}" "${test_packages[@]}") ;;
  *) echo "set-up.sh: unknown purpose \"$purpose\"; say run or test" >&2; exit 2 ;;
esac

main() {
  require_rust
  require_node
  install_system_packages
  install_npm_packages
  [ "$purpose" = run ] || install_python_packages
}

stop() {
  printf '%s\n' "$@" >&2
  exit 2
}

# True when version $1 is $2 or newer.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort --version-sort | head -n 1)" = "$2" ]
}

require_rust() {
  local wanted found
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  command -v cargo >/dev/null && command -v rustc >/dev/null \
    || stop "Headroom is built with Rust $wanted or newer, and there is no cargo here." "Install Rust with rustup, open a new terminal, and run this again."
  found=$(rustc --version | cut -d ' ' -f 2)
  at_least "$found" "$wanted" \
    || stop "Headroom is built with Rust $wanted or newer; this is $found." "Run \`rustup update stable\`, or install a newer Rust, and run this again."
}

require_node() {
  local wanted found
  wanted=$(sed -n 's/.*"node": ">=\([0-9.]*\)".*/\1/p' ui/package.json)
  command -v node >/dev/null && command -v npm >/dev/null \
    || stop "Headroom's window is built with Node $wanted or newer, and there is no node or npm here." "Install Node (see nodejs.org, or your system's package nodejs and npm) and run this again."
  found=$(node --version)
  at_least "${found#v}" "$wanted" \
    || stop "Headroom's window is built with Node $wanted or newer; this is ${found#v}." "Install a newer Node (see nodejs.org) and run this again."
}

install_system_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    pkg-config --exists webkit2gtk-4.1 2>/dev/null \
      || stop "This system has no apt. Install the development files of WebKitGTK 4.1, a C compiler and pkg-config with your package manager" "(on Debian they are called: ${packages[*]}) and run this again."
    return
  fi
  local missing=() package
  for package in "${packages[@]}"; do
    [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  echo "Missing system packages: ${missing[*]}"
  ask "Install them with apt?"
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || stop "Installing needs root, and there is no sudo. As root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  "${as_root[@]}" scripts/apt-install.sh "${missing[@]}"
}

install_npm_packages() {
  # The lock file of the last install, kept inside what it installed: gone with it, and compared whole.
  local stamp=ui/node_modules/.installed-lock.json
  cmp --silent ui/package-lock.json "$stamp" && return
  echo "Installing the window's npm packages from the lock file"
  (cd ui && npm ci --no-audit --no-fund --loglevel=error)
  cp ui/package-lock.json "$stamp"
}

# What asks the API everything that its description allows; in an environment of its own.
install_python_packages() {
  local wanted=tests/schemathesis/requirements.txt folder=tests/schemathesis/.venv
  cmp --silent "$wanted" "$folder/installed.txt" && return
  echo "Installing schemathesis into $folder"
  python3 -m venv --clear "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
  cp "$wanted" "$folder/installed.txt"
}

ask() {
  if [ -n "${CI:-}" ] || { [ "$(id -u)" = 0 ] && in_container; }; then return; fi
  [ -t 0 ] || stop "Nobody is here to ask. Set CI=true to agree, or install them yourself." "$1"
  local answer
  read -r -p "$1 [Y/n] " answer
  case ${answer,,} in "" | y | yes) ;; *) stop "Nothing was installed." ;; esac
}

in_container() {
  [ -e /.dockerenv ] || [ -e /run/.containerenv ] || [ -n "${container:-}" ] || grep -qE 'docker|containerd|kubepods|lxc|libpod' /proc/1/cgroup 2>/dev/null
}

main
