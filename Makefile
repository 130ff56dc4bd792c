# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make demo   sets everything up and deploys real workers to a local container that runs systemd
# make test   sets everything up and passes every test
# make check  the fast inner loop: lint, types, unit tests
# make docs   builds the documentation site

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COLLECTIONS := .cache/collections
HERE := $(COLLECTIONS)/ansible_collections/workers/systemd
PACKAGE := ansible_collections.workers.systemd
COVERAGE := --cov --cov-report=term
# One more than there are processors: some tests wait.
IN_PARALLEL := --numprocesses=$$(($$(nproc) + 1)) --dist=worksteal

export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(COLLECTIONS)
export MOLECULE_GLOB := molecule/*/molecule.yml
export PATH := $(CURDIR)/$(BIN):$(PATH)
# ansible-playbook wants a locale that can write UTF-8; a bare machine has none but this one.
export LC_ALL := C.UTF-8
# Many container images set it. Then each start of Python compiles all modules again: 0.5 s of 1 s of `ansible --version`.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup lab check lint types unit docs test vm corners test-matrix sanity artifact oracle browser molecule faults soak demo demo-host recording demo-clean bench pages api lock release version clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready $(HERE)  ## python environment and collection path

$(VENV)/.ready: requirements-dev.txt
	PYTHON=$(PYTHON) sh tests/environment.sh $(VENV) requirements-dev.txt
	@touch $@

$(HERE):
	mkdir -p $(dir $@)
	ln -sfn ../../../.. $@

lab: setup  ## what containers that run systemd need
	python3 -m lab setup

# Coverage doubles the time of a test, and `make test` alone asks for it.
check:  ## lint, types, unit tests: a minute and a quarter
	$(MAKE) --jobs=2 --output-sync=target lint types unit COVERAGE= CASES=--hypothesis-profile=quick

lint: setup  ## ruff, yamllint, ansible-lint, licences, documentation of modules, changelog, plain English
	ruff check .
	ruff format --check .
	yamllint --strict .
	reuse lint --quiet
	antsibull-changelog lint
	sh tests/fragments.sh
	antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck --validate-collection-refs dependent \
	  --disallow-unknown-collection-refs .
	ansible-lint
	python -m tests.helpers.plain_english

types: setup  ## mypy --strict
	mypy -p $(PACKAGE).plugins -p lab -p tests.helpers -p tests.benchmarks -p tests.corpus -p tests.faults -p tests.matrix -p tests.vm

# The tables cover each branch, so that properties, which take the most time, need no coverage.
unit: setup  ## unit and property tests, full branch coverage of the core
	pytest $(IN_PARALLEL) tests/unit -m 'not hypothesis' $(COVERAGE)
	pytest $(IN_PARALLEL) tests/unit -m hypothesis $(CASES)

docs: setup  ## the documentation site, in .cache/docs/html
	@command -v dot >/dev/null || sh tests/install.sh graphviz
	rm -rf .cache/docs
	mkdir -p .cache/docs/source/modules .cache/docs/source/_static
	cp docs/docsite/site.css .cache/docs/source/_static
	cp -R docs/*.md docs/images docs/docsite/index.md docs/docsite/conf.py docs/docsite/*.dot .cache/docs/source
	PYTHONPATH=. python -m tests.helpers.rooms > .cache/docs/source/rooms.dot
	antsibull-docs collection --use-current --squash-hierarchy --fail-on-error --dest-dir .cache/docs/source/modules \
	  workers.systemd
	@# Ansible lists internal modules too. Users do not call them, so the site leaves them out.
	cd .cache/docs/source/modules && rm _*_module.rst && sed -i '/_kept_program/d' index.rst
	sphinx-build --quiet --fail-on-warning --keep-going .cache/docs/source .cache/docs/html
	PYTHONPATH=$(COLLECTIONS):. python -m tests.helpers.site .cache/docs/html

# Faults and the scenarios of the corners mostly wait, so they do it beside what computes; the image that both need is made
# before. Molecule's scenarios look at times: five of them, which wait a part of it, have the machine for themselves.
test:  ## every test
	$(MAKE) --jobs=2 --output-sync=target lint types unit artifact
	$(MAKE) --jobs=3 --output-sync=target faults corners sanity oracle browser
	$(MAKE) molecule

sanity: setup  ## ansible-test sanity of the current core
	@command -v shellcheck >/dev/null || sh tests/install.sh shellcheck
	sh tests/sanity.sh

artifact: lab  ## the built collection works in somebody else's playbook; ARTIFACT names a file that is built already
	sh tests/artifact.sh $(ARTIFACT)

oracle: lab  ## what we write and read, against real systemd; ORACLE_SUITES=bullseye,bookworm,trixie,sid asks all
	pytest tests/oracle

browser: setup  ## the page of a fleet in a real browser; PICTURE=FILE keeps what it looks like
	@command -v chromedriver >/dev/null || sh tests/install.sh chromium chromium-driver fonts-dejavu-core
	pytest tests/browser

molecule: lab  ## behaviour on a host that runs systemd
	bash tests/molecule.sh

faults: lab  ## every kind of fault at five points of a deploy; FAULT_POINTS, FAULT_SEED and FAULT_HOSTS ask for others
	pytest tests/faults

corners: lab  ## some scenarios on the oldest and the newest systemd
	python3 -m tests.matrix.corners

test-matrix: lab  ## every scenario on every systemd, the rest on every ansible-core: the table of the README; two hours
	python3 -m tests.matrix

vm: setup  ## what only a machine of its own proves: cgroup v2, a real boot, a disk that forgets; VM_SUITE asks for another
	python3 -m lab setup --kind vm
	pytest tests/vm

CORE_TESTS := tests/unit/plugins/module_utils/_core
MADE_UP := act/test_rollout.py $(addprefix agent/test_,tended.py recycle.py alert.py scale.py capacity.py)

soak: lab  ## the long form: 20,000 jobs a framework, 200 recycles, 10,000 jobs of a range, 100,000 histories, a day of the agent, 100 points a fault
	WORKERS_CASES=100000 pytest --hypothesis-profile=default --numprocesses=auto $(addprefix $(CORE_TESTS)/,$(MADE_UP))
	WORKERS_TICKS=360000 pytest $(CORE_TESTS)/agent/test_soak.py
	pytest --hypothesis-profile=default tests/unit tests/oracle
	python3 -m lab up workers-soak
	NUMBER_OF_JOBS=20000 MOLECULE_LAB_HOST=workers-soak PYTHONPATH=. pytest molecule/no_lost_jobs/tests
	NUMBER_OF_JOBS=10000 MOLECULE_LAB_HOST=workers-soak PYTHONPATH=. pytest -s molecule/backlog/tests -k many_jobs
	NUMBER_OF_JOBS=20000 MOLECULE_LAB_HOST=workers-soak PYTHONPATH=. pytest -s molecule/recycle/tests -k leak
	python3 -m lab down workers-soak
	FAULT_POINTS=100 pytest tests/faults

# The packages of the system come first: two package managers at the same time would wait for each other.
demo: $(HERE)  ## real workers in a local container
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh tests/install.sh python3-venv
	@python3 -m lab setup
	@$(MAKE) --no-print-directory --jobs=2 demo-host $(DEMO_VENV)/.ready
	@PATH="$(CURDIR)/$(DEMO_VENV)/bin:$$PATH" sh examples/demo.sh workers-demo

demo-host:
	@python3 -m lab up workers-demo --suite demo

# The demo needs Ansible and nothing else. The environment of the tests has it too.
DEMO_VENV := $(if $(wildcard $(VENV)/.ready),$(VENV),.cache/demo)

.cache/demo/.ready: requirements-demo.txt
	@PYTHON=$(PYTHON) sh tests/environment.sh .cache/demo requirements-demo.txt
	@touch $@

recording: setup  ## docs/images/demo.svg: a run of the demo on a new host, as an animated picture
	@python3 -m lab setup
	sh tests/recording.sh docs/images/demo.svg

demo-clean:  ## remove the demo's container
	python3 -m lab down workers-demo

bench: lab  ## the figures of docs/benchmarks.md
	python3 -m tests.benchmarks

pages: setup  ## write anew what stands in the code: pages of traps, effects, hardening and faults, counts, pictures
	for page in trap effect hardening fault count picture; do PYTHONPATH=$(COLLECTIONS):. python -m tests.helpers.$${page}_docs; done

api: setup  ## record options, defaults and return values as what users rely on
	python -m tests.helpers.public_api

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
  --custom-compile-command 'make lock' -q

lock:  ## write the requirements-*.txt anew (needs uv)
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	$(LOCK) requirements-demo.in -o requirements-demo.txt
	$(LOCK) requirements-release.in -o requirements-release.txt
	$(LOCK) requirements-recording.in -o requirements-recording.txt

release: setup  ## build the collection and have galaxy-importer judge it, publish nothing; VERSION tries one, FINAL=1 wants it committed
	sh tests/release.sh $(if $(FINAL),final,$(VERSION))

version: setup  ## write VERSION into galaxy.yml and README, and make its changelog; you commit it
	sh tests/new_version.sh $(VERSION)

clean:  ## remove what make made here
	rm -rf $(VENV) .cache
