# What is measured; see benches/README.md.

NATIVE := benches/native/Cargo.toml

.PHONY: bench bench-quick bench-parts crossover lint-bench

bench: bench-parts ## measure everything side by side; six minutes
	@$(VENV)/bin/python benches/run.py

bench-quick: bench-parts ## the same with fewer rounds and sizes; a minute
	@$(VENV)/bin/python benches/run.py --quick --results target/bench-quick

crossover: setup $(VENV)/bench-installed ## print where the lanes of the Python host cross here
	@$(VENV)/bin/python benches/crossover.py

lint-bench: $(VENV)/test-installed ## lints of benches/
	@cargo fmt --check --manifest-path $(NATIVE)
	@cargo clippy --quiet --locked --manifest-path $(NATIVE) --target-dir target/native -- --deny warnings
	@$(VENV)/bin/ruff check --quiet --config host-python/pyproject.toml benches
	@$(VENV)/bin/ruff format --quiet --check --config host-python/pyproject.toml benches

bench-parts: setup $(VENV)/bench-installed
	@echo "== building what the component is compared with"
	@cargo build --quiet --release --locked --target $(TARGET) --features scalar --target-dir target/scalar
	@cargo build --quiet --release --locked --manifest-path $(NATIVE) --target-dir target/native

$(VENV)/bench-installed: benches/requirements.txt $(VENV)/installed
	@echo "== installing what the benchmarks need"
	@$(PIP) install --requirement benches/requirements.txt
	@touch $@
