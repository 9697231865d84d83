# The few verbs of this repository. Each makes .venv first, once, with the versions of constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
BENCH ?= # make bench BENCH=--quick
EVAL ?= # make eval EVAL='stories --errors'

.PHONY: demo sync test lint bench eval clean

demo: .venv/installed
	$(BIN)/aggregator demo demo

sync: .venv/installed
	$(BIN)/aggregator sync

# On every core; a file stays with one process, so that what its tests share is made once. They come in the order of
# tests/conftest.py, which begins with the long ones.
test: .venv/tested
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py

bench: .venv/tested
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m bench $(BENCH)

eval: .venv/tested
	$(BIN)/python -m bench.eval $(EVAL)

clean:
	rm -rf .venv demo dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv

# Compiled as pip compiles what it installs, also where Python may not do so by itself.
.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	$(BIN)/python -m compileall -q aggregator
	touch $@

.venv/tested: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,dkim]'
	$(BIN)/python -m compileall -q aggregator
	touch $@ .venv/installed
