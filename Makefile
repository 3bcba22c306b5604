# Two commands do everything:  make demo  (footage to signed report)  and  make test.
# For developers: make test-quick, test-slow, lint, docs, sbom, lock. For a place without a network: make wheelhouse.
# PYTHON=python3.12 chooses the interpreter (3.11 or newer), OUT=DIR the demo's folder, ARGS=... goes to pytest.

PYTHON ?= python3
OUT    ?= demo
ARGS   ?=
UV     ?= .venv/bin/uv
VENV   := .venv
export PYTHON
# Two test workers whose libraries each start two threads are slower than two workers.
export OMP_NUM_THREADS ?= 1
# Python would compile the toolkit anew in every worker and every command that tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-quick test-slow lint lint-style lint-types lint-windows docs sbom lock wheelhouse clean
.DELETE_ON_ERROR:

demo: $(VENV)/ready
	$(VENV)/bin/acceptance demo -o "$(OUT)"

# A file's tests stay in one worker, which makes what they share once. Plugins by name: of a package
# that brings one by itself pytest rewrites every module, in each worker of a new clone.
PLUGINS = --disable-plugin-autoload -p xdist -p hypothesispytest -p acceptance
PYTEST = scripts/system-packages --tests && \
  $(VENV)/bin/pytest $(PLUGINS) --numprocesses 2 --dist loadfile --no-loadscope-reorder

# What a user runs. Tests that only repeat it (many seeds, more charts, the benchmarks) are in test-slow.
test: $(VENV)/ready
	@$(PYTEST) -m "not slow" --processor-time $(ARGS)

# The loop of work: no films, no browser, no pages.
test-quick: $(VENV)/ready
	@$(PYTEST) -m "not slow and not film and not browser and not pages" $(ARGS)

test-slow: $(VENV)/ready $(VENV)/peers/locked
	@$(PYTEST) -m slow --processor-time $(ARGS)

lint: lint-style lint-types lint-windows

lint-style: $(VENV)/ready
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check

lint-types: $(VENV)/ready
	$(VENV)/bin/mypy
	$(VENV)/bin/mypy examples/library.py  # as a user of the library sees its types

lint-windows: $(VENV)/ready
	$(VENV)/bin/mypy --platform win32 --cache-dir .mypy_cache/win32  # no name that Windows lacks

# What the documents print of the program and the packs: help texts, coverage matrix, index of decisions,
# picture of the packages, catalogue of messages.
docs: $(VENV)/ready
	$(VENV)/bin/python tests/made_docs.py

# What it is made of: CycloneDX, and the licences of the lock. Fails where a licence does not fit.
sbom: $(VENV)/ready
	$(VENV)/bin/python scripts/sbom

# All that an offline installation needs. OUT=FOLDER, SYSTEMS="windows-amd64 ...", PYTHON_VERSION=3.13.
WHEELS = $(if $(filter file,$(origin OUT)),wheelhouse,$(OUT))
wheelhouse: $(VENV)/ready
	$(VENV)/bin/python scripts/wheelhouse "$(WHEELS)" $(if $(SYSTEMS),--systems $(SYSTEMS)) $(if $(PYTHON_VERSION),--python $(PYTHON_VERSION))

# The packages that the lock names, and no others: every file is checked against its hash.
$(VENV)/locked: requirements.lock | system
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/ready: $(VENV)/locked pyproject.toml acceptance/__init__.py
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(VENV)/bin/python -m compileall -q acceptance  # also for users whose Python is told to keep no modules
	@touch $@

# Devices of other authors that slow tests talk to, in an environment of their own.
$(VENV)/peers/locked: tests/peers/requirements.lock | $(VENV)/ready
	$(PYTHON) -m venv --clear $(VENV)/peers
	$(VENV)/peers/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

.PHONY: system
system:
	@scripts/system-packages

# Keeps the versions that still fit; UPGRADE=--upgrade takes the newest. Needs uv: that of .venv, or UV=...
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
  --no-emit-index-url --no-annotate --custom-compile-command "make lock" $(UPGRADE)
lock:
	$(COMPILE) --extra dev pyproject.toml --output-file requirements.lock
	$(COMPILE) tests/peers/requirements.in --output-file tests/peers/requirements.lock

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
