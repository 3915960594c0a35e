# Every command of the project; `make` alone lists them. Each does its own set-up first: the set-up steps are files
# (.venv/.run, node_modules/.ok, ...) that depend on the locks and sources, so a second call only checks dates.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Downloads stay inside the checkout, so that an account without a home directory can work too.
CACHE := $(CURDIR)/.cache
export UV_CACHE_DIR ?= $(CACHE)/uv
export PIP_CACHE_DIR ?= $(CACHE)/pip
export npm_config_cache ?= $(CACHE)/npm
ifneq ($(shell [ -n "$${HOME:-}" ] && [ -w "$${HOME:-}" ] && echo yes),yes)
export HOME := $(CACHE)/home
endif

PY := .venv/bin/python
RUN := .venv/.run
DEV := .venv/.dev
NODE := node_modules/.ok
CONSOLE := contact_center/console
WIDGET := channels/chat/widget
DIST := $(CONSOLE)/dist/index.html $(WIDGET)/dist/loader.js
WITH_NODE := tools/with_node.sh
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

CODE := $(wildcard config contact_center channels routing kb)
TOOLS := $(wildcard tools tests bench prove)
CONSOLE_SOURCES := $(shell find $(CONSOLE) \( -name dist -o -name node_modules \) -prune -o -type f -print)
WIDGET_SOURCES := $(shell find $(WIDGET) \( -name dist -o -name node_modules \) -prune -o -type f -print)

# Passed on to the programs: PORT, SMTP_PORT, DATA_DIR (run), HOURS (prove), CORPORA (corpora, prove), PYTEST_ARGS (test).
export HOURS ?= 0.5
PYTEST_ARGS ?=

.PHONY: help run test check bench prove corpora shots clean lock format \
	check-format check-lint check-types check-imports check-house check-locales check-console check-sizes \
	test-console test-python browser

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(RUN) $(DIST) ## set everything up and serve the demo (PORT= SMTP_PORT= DATA_DIR=)
	@exec $(PY) -m contact_center.cli serve --demo

test: test-console test-python ## run every test, on SQLite and on real PostgreSQL and Valkey (PYTEST_ARGS=)

check: check-format check-lint check-types check-imports check-house check-locales check-console check-sizes ## format, lint, types, import rules, translations, sizes
	@echo "== all checks passed"

bench: $(DEV) $(DIST) ## run the benchmarks on durable databases and print tables
	@exec $(PY) -m bench

prove: $(DEV) $(DIST) ## run the long proofs (HOURS=0.5)
	@exec $(PY) -m prove

corpora: $(DEV) $(DIST) browser ## run the product over a folder of real cases (CORPORA=dir)
	@test -n "$(CORPORA)" || { echo "say which folder: make corpora CORPORA=dir"; exit 2; }
	@exec $(PY) -m bench.corpora "$(CORPORA)"

shots: $(DEV) $(DIST) browser ## take screenshots of every screen and state into shots/
	@exec $(PY) -m tools.shots

clean: ## remove what set-up, builds and tests left (never data/)
	rm -rf .venv node_modules $(CONSOLE)/dist $(WIDGET)/dist .cache shots
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

format: $(DEV) $(NODE) ## format the sources in place
	.venv/bin/ruff format $(CODE) $(TOOLS)
	.venv/bin/ruff check --fix --quiet $(CODE) $(TOOLS)
	$(WITH_NODE) npm run --silent format --workspace $(CONSOLE)
	$(WITH_NODE) npm run --silent format --workspace $(WIDGET)

lock: $(RUN) ## choose new versions: write requirements/*.lock again from *.in
	$(LOCK) requirements/uv.in -o requirements/uv.lock
	$(LOCK) requirements/run.in -o requirements/run.lock
	$(LOCK) -c requirements/run.lock requirements/dev.in -o requirements/dev.lock

# --- the parts of `make check`

check-format: $(DEV)
	@echo "== format"
	@.venv/bin/ruff format --check --quiet --diff $(CODE) $(TOOLS)

check-lint: $(DEV)
	@echo "== lint"
	@.venv/bin/ruff check --quiet $(CODE) $(TOOLS)

check-types: $(DEV)
	@echo "== types"
	@.venv/bin/mypy $(CODE) $(TOOLS)

check-imports: $(DEV)
	@echo "== import rules"
	@.venv/bin/lint-imports --no-logo

check-house: $(DEV)
	@echo "== house rules"
	@$(PY) -m tools.lint_house

check-locales: $(DEV)
	@echo "== translations"
	@$(PY) -m tools.check_locales

check-console: $(NODE)
	@echo "== console and widget: types, lint, format"
	@$(WITH_NODE) npm run --silent types --workspace $(CONSOLE)
	@$(WITH_NODE) npm run --silent lint --workspace $(CONSOLE)
	@$(WITH_NODE) npm run --silent types --workspace $(WIDGET)
	@$(WITH_NODE) npm run --silent lint --workspace $(WIDGET)

check-sizes: $(DEV) $(DIST)
	@echo "== bundle sizes"
	@$(PY) -m tools.check_bundle

# --- the parts of `make test`

test-console: $(NODE)
	@echo "== console and widget tests"
	@$(WITH_NODE) npm run --silent test --workspace $(CONSOLE)
	@$(WITH_NODE) npm run --silent test --workspace $(WIDGET)

test-python: $(DEV) $(DIST) browser
	@echo "== server tests"
	@$(WITH_NODE) $(PY) -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)

browser: $(NODE)
	@tools/browser.sh

# --- set-up steps

$(RUN): requirements/run.lock requirements/uv.lock pyproject.toml tools/bootstrap.sh
	@tools/bootstrap.sh run
	@touch $@

$(DEV): requirements/dev.lock requirements/uv.lock pyproject.toml tools/bootstrap.sh
	@tools/bootstrap.sh dev
	@touch $(RUN) $@

$(NODE): package-lock.json package.json $(CONSOLE)/package.json $(WIDGET)/package.json .npmrc | $(RUN)
	@echo "== front-end packages"
	@$(WITH_NODE) npm ci --no-progress --loglevel=error
	@touch $@

$(CONSOLE)/dist/index.html: $(NODE) $(CONSOLE_SOURCES)
	@echo "== front-end build"
	@$(WITH_NODE) npm run --silent build --workspace $(CONSOLE) -- --logLevel warn
	@touch $@

$(WIDGET)/dist/loader.js: $(NODE) $(WIDGET_SOURCES)
	@echo "== widget build"
	@$(WITH_NODE) npm run --silent build --workspace $(WIDGET) -- --logLevel warn
	@touch $@
