# Haechi. `make help` lists the commands.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The newest of the supported interpreters that is here; PYTHON=... names another.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	"$$name" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo "$$name" && break; done)
BIN := .venv/bin
STAMP := .venv/.installed
PORT ?= 5000
# seqeval comes as source: its build, isolated, gets all that it needs; the pip of Python 3.11 does not isolate by itself.
PIP := -m pip install --quiet --disable-pip-version-check --use-pep517 --constraint constraints.txt --editable
DEV := .venv/.installed-dev

.PHONY: help
help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

.PHONY: install
install: $(STAMP)  ## Make .venv and install the pinned packages

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "error: Haechi needs Python 3.11, 3.12 or 3.13; name one with PYTHON=..." >&2; exit 2; fi
	@$(PYTHON) -m venv .venv

$(STAMP): pyproject.toml constraints.txt | .venv/bin/python
	@echo "installing into .venv (once; a few minutes)"
	@$(BIN)/python $(PIP) .
	@touch $(STAMP)

$(DEV): $(STAMP)
	@echo "installing what the tests need"
	@$(BIN)/python $(PIP) '.[dev]'
	@touch $(DEV)

.PHONY: train
train: $(STAMP)  ## Train on the embedded default; more in ARGS='model=klue_bert pooling=mean'
	@$(BIN)/python src/train.py $(ARGS)

.PHONY: judge
judge: $(STAMP)  ## Judge a run and stop; the run in ARGS=
	@$(BIN)/python src/check.py $(ARGS)

.PHONY: report
report: $(STAMP)  ## Compare runs or sweeps; their folders in ARGS=
	@$(BIN)/python src/report.py $(ARGS)
.PHONY: study
study: $(STAMP)  ## Compare layers and poolings without fine-tuning; which model and task in ARGS=
	@$(BIN)/python src/study.py $(ARGS)

.PHONY: ui
ui: $(STAMP)  ## Show the tracked runs on http://127.0.0.1:5000 (another port: PORT=5001)
	@export MLFLOW_DISABLE_TELEMETRY=true URI="sqlite:///$${HAECHI_OUTPUTS:-$(CURDIR)/outputs}/mlflow.db"; \
		$(BIN)/python -m haechi.tracking "$$URI" && \
		$(BIN)/mlflow ui --host 127.0.0.1 --port $(PORT) --backend-store-uri "$$URI"

.PHONY: test
test: $(DEV)  ## Run the tests (minutes)
	@$(BIN)/python -m pytest -q

.PHONY: test-slow
test-slow: $(DEV)  ## Run the slow tests, and with HAECHI_REAL_DATA=DIR those on real data
	@$(BIN)/python -m pytest -q -m 'slow or realdata'

.PHONY: check
check: lint typecheck docs-check  ## What CI runs before the tests

.PHONY: lint
lint: $(DEV)  ## Ruff: lint and format
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

.PHONY: format
format: $(DEV)  ## Format the code
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

.PHONY: typecheck
typecheck: $(DEV)  ## Pyright, strict in the light zone
	@$(BIN)/basedpyright --level error

.PHONY: docs
docs: $(STAMP)  ## Write docs/ from the code
	@$(BIN)/python -m haechi.docs

.PHONY: docs-check
docs-check: $(STAMP)  ## Fail when docs/ is older than the code
	@$(BIN)/python -m haechi.docs --check

.PHONY: facts
facts: $(STAMP)  ## Compare conf/model/ with the hub's files; print the commit to pin
	@$(BIN)/python -m haechi.preflight.facts

.PHONY: config-keys
config-keys: $(STAMP)  ## Dump the config keys of each architecture from transformers
	@$(BIN)/python -m haechi.modeling.config_keys

.PHONY: clean
clean:  ## Remove caches; outputs/ and .venv stay
	@rm -rf .pytest_cache .ruff_cache build src/*.egg-info
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
