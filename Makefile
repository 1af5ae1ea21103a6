# Two commands do everything: `make run` starts the app, `make test` checks it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
# Debian packages that only the tests need: a browser, a voice, fonts to draw with, a database server and its pooler.
TEST_PACKAGES := chromium espeak-ng fonts-dejavu-core postgresql pgbouncer

.PHONY: run test check unit browser lock audit clean

run: $(VENV)/.run
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: $(VENV)/.test test-packages check unit browser

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.test
	$(BIN)/python -m pytest -m "not browser" -n 2 --dist loadfile

browser: $(VENV)/.test
	$(BIN)/python -m pytest -m browser -n 2 --dist loadfile

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y --no-install-recommends python3-venv \
	    && $(PYTHON) -m venv $(VENV); \
	  else echo "Please install Python's venv first: sudo apt-get install python3-venv"; exit 1; fi; }

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

# Every package by its hash: what was not looked at when it was locked is not installed.
$(VENV)/.test: requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@ $(VENV)/.run

# After a change of requirements*.txt. The second is for the image: the same without what only tests need.
LOCKING := --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --custom-compile-command "make lock"
lock: | $(VENV)-tools/bin/python
	$(VENV)-tools/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(VENV)-tools/bin/uv pip compile $(LOCKING) requirements-dev.txt -o requirements.lock
	$(VENV)-tools/bin/uv pip compile $(LOCKING) requirements.txt -c requirements.lock -o requirements-run.lock

# Known weaknesses of what is locked, where the list of them can be reached; that all is pinned and what is
# installed is what was locked is checked without it (tests/test_dependencies.py, part of `make test`).
ADVISORIES := https://pypi.org/pypi/pip/25.0/json
audit: $(VENV)/.test | $(VENV)-tools/bin/python
	$(BIN)/python -m pytest tests/test_dependencies.py
	@if $(BIN)/python -c "import json, urllib.request as r; json.load(r.urlopen('$(ADVISORIES)', timeout=10))['vulnerabilities']" 2>/dev/null \
	  && $(VENV)-tools/bin/python -m pip install --quiet --disable-pip-version-check pip-audit; then \
	  $(VENV)-tools/bin/pip-audit --disable-pip --require-hashes -r requirements.lock; \
	else echo "Known weaknesses were not looked up: pypi.org's list of them cannot be reached from here."; fi

$(VENV)-tools/bin/python: | $(VENV)/bin/python
	$(BIN)/python -m venv $(VENV)-tools

.PHONY: test-packages
test-packages:
	@if dpkg -s $(TEST_PACKAGES) >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
	    -o DPkg::Lock::Timeout=500 $(TEST_PACKAGES); \
	else echo "Please install for the tests: sudo apt-get install $(TEST_PACKAGES)"; exit 1; fi

clean:
	rm -rf $(VENV) $(VENV)-tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
