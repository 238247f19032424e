# Everything a person or a machine runs here. `make` prints this list.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := adapters bot content jobs tests

# Where it is set, each of the tests' processes would compile and prepare every module anew, in each run.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench chaos golden e2e-slack

help: ## Print this list
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv/run.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Preceptor needs Python 3.11 or newer; say PYTHON=python3.11 make …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

setup: .venv/dev.stamp ## Install everything needed to run and to test, into .venv

demo: .venv/run.stamp ## Fill a sample workspace and serve the playground on http://localhost:8000
	$(BIN)/preceptor demo

test: .venv/dev.stamp ## Everything that must hold
	@rm -f .pytest_cache/v/cache/lastfailed
	@$(BIN)/python -m pytest -n 3 --dist worksteal || { test $$? -eq 1 && \
		echo "Tests failed. Exactly these are run once more, one after the other: what fails again is broken." && \
		$(BIN)/python -m pytest -n 0 --lf --lfnf=none; }

check: .venv/dev.stamp ## Format, lint, types, floors, then the tests: what CI runs
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/preceptor content check
	$(MAKE) test

bench: .venv/dev.stamp ## What speed costs: ratios measured in one run, with machine and versions
	$(BIN)/python -m tests.bench

chaos: .venv/dev.stamp ## Kills, outages and restarts on both engines (half an hour); fails when a message is lost or comes twice
	$(BIN)/python -W ignore -m tests.chaos $(CHAOS)

golden: .venv/dev.stamp ## Write the golden files anew; read the diff before you commit it
	$(BIN)/python -m pytest -n 0 tests/golden --write-golden

e2e-slack: .venv/dev.stamp ## Our real server against a Slack that others wrote (Linux, npm; 200 MB once)
	$(BIN)/python -m tests.emulated.installing
	$(BIN)/python -m pytest -n 0 tests/emulated --emulated
