# make setup · make run · make test · make bench · make prove. Needs Python 3.11 or newer, make and git; nothing else.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup run test bench prove lock clean

help:
	@echo "make run    start the bot here, with two sandbox phones when no platform token is set"
	@echo "make test   every check that can run on this machine, and a list of what could not"
	@echo "make setup  only install · make bench  measure · make prove  long reliability proofs · make lock  renew the locks"

setup: $(VENV)/.runtime

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed: install it, or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 2; }
	@echo "Making a Python environment of its own in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the bot needs; this takes a minute or two, once"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.development: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what the checks need; this takes a minute or two, once"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime

run: setup
	@echo "Starting; Ctrl-C ends it"
	@$(PY) -m bot serve

test: $(VENV)/.development
	@$(PY) -m tests.run

bench: $(VENV)/.development
	@$(PY) -m bench

prove: $(VENV)/.development
	@$(PY) -m bench.prove
	@$(PY) -m bench.restarts
	@$(PY) -m bench.week
	@$(PY) -m bench.broadcast
	@$(PY) -m bench.walk

lock: $(VENV)/bin/python
	$(PY) -m pip install --quiet uv
	$(VENV)/bin/uv pip compile --universal --generate-hashes --no-header --no-annotate --no-emit-index-url -q \
	  --python-version 3.11 pyproject.toml -o requirements.txt
	$(VENV)/bin/uv pip compile --universal --generate-hashes --no-header --no-annotate --no-emit-index-url -q \
	  --python-version 3.11 --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:
	rm -rf $(VENV)
