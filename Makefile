# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make demo   sets everything up and deploys real workers to a local container that runs systemd
# make test   sets everything up and passes every test
# make check  the fast inner loop: lint, types, unit tests

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COLLECTIONS := .cache/collections
HERE := $(COLLECTIONS)/ansible_collections/workers/systemd

export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(COLLECTIONS)
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup check lint types unit test lock clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready $(HERE)  ## python environment and collection path

$(VENV)/.ready: requirements-dev.txt
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh tests/install.sh python3-venv
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(HERE):
	mkdir -p $(dir $@)
	ln -sfn ../../../.. $@

check: lint types unit  ## lint, types, unit tests: under two minutes

lint: setup  ## ruff
	ruff check .
	ruff format --check .

types: setup  ## mypy --strict
	mypy plugins/module_utils

unit: setup  ## unit and property tests, full branch coverage of the core
	pytest tests/unit --cov --cov-report=term

test: check  ## every test

lock:  ## write requirements-dev.txt anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command 'make lock' -q requirements-dev.in -o requirements-dev.txt

clean:  ## remove what make made here
	rm -rf $(VENV) .cache
