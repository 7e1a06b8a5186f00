# Everything there is to run. Two commands do all the set-up themselves:
#   make demo    runs the main job and shows the rest
#   make test    passes the tests
# make help lists the others.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
TARGET := wasm32-wasip2
BUILT := target/$(TARGET)/release/fordway.wasm
CARRIED := host-python/src/fordway/fordway.wasm
VENV := .venv
OLDEST := .venv/oldest
PIP := $(VENV)/bin/python -m pip --quiet --disable-pip-version-check
LOGS := target/test-logs
# Tests of faults take minutes, and find the same with every release of the
# dependencies; interrupts at every point are tried with the oldest, too.
FAULTS := environments latency memory random_interrupts trees writes

include host-r/r.mk
include benches/bench.mk

.PHONY: help demo test test-long component echo setup lint test-rust test-python test-long test-oldest vectors wheel clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 24

demo: setup ## run the main job and show the rest
	@$(VENV)/bin/python host-python/examples/demo.py
	@if command -v Rscript >/dev/null; then $(MAKE) demo-r; else echo; echo "(R is not here: 'make r' installs it or says how; then this shows R as well.)"; fi
	@echo
	@echo "What to try next:"
	@echo "  $(VENV)/bin/fordway verify DIR      check a directory that has a sha1sum.txt or SHA256SUMS"
	@echo "  $(VENV)/bin/fordway sum DIR         write a manifest of one"
	@echo "  $(VENV)/bin/python                  >>> import fordway; help(fordway)"
	@echo "  make test                       run every test"

test: ## lints and every test; ends with counts
	@rm -rf $(LOGS) && mkdir -p $(LOGS)
	@$(MAKE) lint test-rust test-python test-oldest test-r
	@$(VENV)/bin/python tests/counts.py $(LOGS)

test-long: setup echo $(VENV)/test-installed r-install ## the long matrices: every interrupt, kill and race at its full count
	@echo "== the Python package, the long tests"
	@cd host-python && ../$(VENV)/bin/python -m pytest -m long
	@echo "== the R package, with its long tests"
	@$(R_ENV) FORDWAY_LONG=1 $(RSCRIPT) --vanilla $(R_PACKAGE)/tools/test.R

component: rust ## build the component and put it where the hosts take it
	@echo "== building the component"
	@cargo build --release --locked --target $(TARGET)
	@cmp -s $(BUILT) $(CARRIED) || cp $(BUILT) $(CARRIED)
	@cd host-python && $(PYTHON) -c 'import hashlib, pathlib; file = pathlib.Path("src/fordway/fordway.wasm"); file.with_name("fordway.wasm.sha256").write_text(hashlib.sha256(file.read_bytes()).hexdigest() + "\n")'

echo: rust ## build the component that the tests of values call
	@cargo build --quiet --release --locked --target $(TARGET) --package fordway-echo

# --- set-up ---------------------------------------------------------------

.PHONY: rust
rust:
	@command -v cargo >/dev/null || { echo "make: Rust is missing: install it from https://rustup.rs and run make again"; exit 1; }
	@rustc --print target-libdir --target $(TARGET) >/dev/null 2>&1 && [ -d "$$(rustc --print target-libdir --target $(TARGET))" ] \
	  || { echo "== installing the Rust target $(TARGET)"; rustup target add $(TARGET); }

setup: component $(VENV)/installed

$(VENV)/bin/python:
	@echo "== making a virtual environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "make: $(PYTHON) is older than 3.10: name another with make PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "make: the venv module is missing: on Debian, apt install python3-venv"; exit 1; }

# An editable install takes the package from its sources, and the component
# from the place where `make component` puts it.
$(VENV)/installed: host-python/pyproject.toml host-python/hatch_build.py | $(VENV)/bin/python
	@echo "== installing the Python package"
	@$(PIP) install --editable ./host-python
	@touch $@

$(VENV)/test-installed: $(VENV)/installed
	@echo "== installing what its tests need"
	@$(PIP) install --editable './host-python[test]'
	@touch $@

# --- parts of the tests ---------------------------------------------------

lint: setup lint-bench $(VENV)/test-installed ## cargo fmt, clippy, ruff, mypy
	@echo "== lints"
	@cargo fmt --check
	@cargo clippy --quiet --locked --all-targets -- --deny warnings
	@cargo clippy --quiet --locked --target $(TARGET) --workspace -- --deny warnings
	@cargo clippy --quiet --locked --target $(TARGET) --features scalar -- --deny warnings
	@cd host-python && ../$(VENV)/bin/ruff check --quiet . ../tests && ../$(VENV)/bin/ruff format --quiet --check . ../tests
	@cd host-python && ../$(VENV)/bin/mypy --strict
	@$(VENV)/bin/python tests/vectors.py --check

test-rust: ## native tests of the core
	@echo "== the core, natively"
	@mkdir -p $(LOGS)
	@cargo test --locked 2>&1 | tee $(LOGS)/rust.txt

test-python: setup echo $(VENV)/test-installed ## the Python package
	@echo "== the Python package"
	@mkdir -p $(LOGS)
	@cd host-python && ../$(VENV)/bin/python -m pytest --quiet 2>&1 | tee ../$(LOGS)/python.txt

# The low end of the range that pyproject.toml states: the oldest wasmtime, and
# pandas 2, whose columns do not copy on write.
test-oldest: setup echo $(OLDEST)/installed ## the Python package with its oldest dependencies
	@echo "== the Python package with its oldest dependencies"
	@mkdir -p $(LOGS)
	@cd host-python && ../$(OLDEST)/bin/python -m pytest --quiet $(FAULTS:%=--ignore=tests/test_%.py) 2>&1 | tee ../$(LOGS)/python-oldest.txt

$(OLDEST)/installed: host-python/pyproject.toml host-python/hatch_build.py | $(VENV)/bin/python
	@echo "== installing the oldest dependencies beside"
	@$(PYTHON) -m venv $(OLDEST)
	@$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check --editable './host-python[test]' \
	  'wasmtime==48.0.0' 'pandas<3' 'numpy<2'
	@touch $@

vectors: setup ## write tests/vectors.json anew
	@$(VENV)/bin/python tests/vectors.py

wheel: setup ## build the wheel into dist/
	@$(VENV)/bin/python -m pip wheel --quiet --no-deps --wheel-dir dist ./host-python
	@ls dist/*.whl

clean: ## remove everything that was built or installed here
	@rm -rf target dist $(VENV) $(CARRIED) $(CARRIED).sha256
