# Two commands do everything: `make run` starts the app, `make test` checks it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
# Debian packages that only the tests need: a browser, a voice, fonts to draw with, a database server and its pooler.
TEST_PACKAGES := chromium espeak-ng fonts-dejavu-core postgresql pgbouncer

.PHONY: run test check unit browser clean

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
	$(BIN)/python -m pytest -m browser

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y --no-install-recommends python3-venv \
	    && $(PYTHON) -m venv $(VENV); \
	  else echo "Please install Python's venv first: sudo apt-get install python3-venv"; exit 1; fi; }

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.test: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ $(VENV)/.run

.PHONY: test-packages
test-packages:
	@if dpkg -s $(TEST_PACKAGES) >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
	    -o DPkg::Lock::Timeout=500 $(TEST_PACKAGES); \
	else echo "Please install for the tests: sudo apt-get install $(TEST_PACKAGES)"; exit 1; fi

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
