# Two commands do everything, set-up included: `make run` and `make test`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Rules below order themselves; cargo and the UI's tools use all cores by themselves.
.NOTPARALLEL:

UI_SOURCES := $(shell find ui/src ui/public ui/index.html ui/package.json ui/package-lock.json ui/licenses.ts ui/vite.config.ts ui/tsconfig.json Cargo.lock -type f 2>/dev/null)
TARGET := $(or $(CARGO_TARGET_DIR),target)
GENERATED := ui/src/backend/generated

.PHONY: help
help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 16

.PHONY: run
run: ## Open the app on live input; nothing to configure
	@scripts/set-up.sh run
	@$(MAKE) --no-print-directory ui/dist/index.html
	@cargo build --locked --package headroom
	@exec "$(TARGET)/debug/headroom" $(ARGS)

.PHONY: test
test: ## Run every test: rules, Rust, UI, journeys in the real window
	@scripts/set-up.sh test
	@scripts/test.sh

.PHONY: soak
soak: ## Kill the app 50 times while it scales, and check what it comes back with
	@scripts/set-up.sh test
	@$(MAKE) --no-print-directory ui/dist/index.html
	@cargo build --locked --workspace --bins
	@HEADROOM_KILLS="$${KILLS:-50}" cargo test --locked --package headroom-tests --test journeys -- --nocapture killed_at_any_instant

.PHONY: package
package: ## Make a .deb of the app and of headroomd (docs/package.md)
	@scripts/set-up.sh run
	@$(MAKE) --no-print-directory ui/dist/index.html
	@cargo build --locked --release --package headroom --package headroom-server --bins
	@scripts/package.sh --programs "$(TARGET)/release" --out "$(TARGET)/package"

.PHONY: bench
bench: ## Measure what is promised about speed and memory (BENCHMARKS.md)
	cargo bench --locked --package headroom-benches

.PHONY: lint
lint: ui/dist/index.html ## Check format and lints of Rust and UI
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	cd ui && npm run --silent typecheck && npm run --silent lint

.PHONY: format
format: ## Format the Rust sources
	cargo fmt --all

.PHONY: types
types: ## Write the window's TypeScript types anew from the list of operations
	cargo run --locked --quiet --package headroom-engine --features ts --example export-types -- $(GENERATED)

.PHONY: icons
icons: ## Draw the icons anew from icons/*.svg
	python3 scripts/export-icons.py

# The window as the binary carries it.
ui/dist/index.html: $(UI_SOURCES)
	@cd ui && npm run --silent build
	@touch $@
