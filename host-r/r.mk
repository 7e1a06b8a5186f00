# The targets of the R host. The Makefile of the checkout includes this file;
# paths are relative to its root.

R ?= R
RSCRIPT ?= Rscript
# A library of the checkout's own: nothing is installed elsewhere.
R_LIBRARY ?= $(CURDIR)/target/r/library
R_PACKAGE := host-r
R_TARBALLS := target/r
R_CACHE = $$($(RSCRIPT) --vanilla -e 'cat(tools::R_user_dir("fordway", "cache"))')/cargo
LOGS ?= target/test-logs
R_DEBIAN := r-base-core r-cran-testthat r-cran-jsonlite r-cran-cli r-cran-digest
# Keeps what Cargo built, and runs the tests that take seconds.
R_ENV = NOT_CRAN=true R_LIBS="$(R_LIBRARY)$${R_LIBS:+:$$R_LIBS}"

.PHONY: r r-install r-package r-docs test-r check-r bench-r demo-r

# R and testthat. On Debian as root they are installed; elsewhere this says
# what to install.
r:
	@$(RSCRIPT) --vanilla -e 'library(testthat)' >/dev/null 2>&1 || { \
	  if [ -f /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	      apt-get install -y -qq --no-install-recommends $(R_DEBIAN) >/dev/null; \
	  else \
	    echo "The R host needs two things: R 4.0 or later, and its package testthat." >&2; exit 1; \
	  fi; }

# Quiet, unless it fails.
r-install: r ## install the R package into target/r/library
	@echo "== installing the R package (the first time, this compiles wasmtime: some minutes)"
	@mkdir -p "$(R_LIBRARY)"
	@$(R_ENV) $(R) CMD INSTALL --library="$(R_LIBRARY)" $(R_PACKAGE) >target/r/install.log 2>&1 \
	  || { cat target/r/install.log; exit 1; }

test-r: r-install ## the R package
	@echo "== the R package"
	@mkdir -p $(LOGS)
	@cd $(R_PACKAGE)/src/rust && $(R) CMD cargo test --quiet --release --locked \
	  --target-dir "$(R_CACHE)" 2>&1 | tee "$(CURDIR)/$(LOGS)/r.txt"
	@$(R_ENV) $(RSCRIPT) --vanilla $(R_PACKAGE)/tools/test.R 2>&1 | tee -a $(LOGS)/r.txt

# A tarball that installs outside the checkout, with what it carries checked
# byte for byte.
r-package: r ## build the R package's tarball into target/r/
	@mkdir -p $(R_TARBALLS)
	sh $(R_PACKAGE)/tools/carry
	cd $(R_TARBALLS) && rm -f fordway_*.tar.gz && $(R) CMD build "$(CURDIR)/$(R_PACKAGE)"
	sh $(R_PACKAGE)/tools/compare $(R_TARBALLS)/fordway_*.tar.gz

# Notes that are known, and why they stand:
# - "installed package size": the library holds wasmtime and its compiler.
# - "unable to verify current time": the check asks a server for the time.
# Where the script checkbashisms is missing, its absence would be a warning; the
# shell scripts keep to POSIX.
check-r: r-package ## R CMD check --as-cran --no-manual
	cd $(R_TARBALLS) && $(R_ENV) _R_CHECK_FORCE_SUGGESTS_=false \
	  _R_CHECK_BASHISMS_=$$(command -v checkbashisms >/dev/null && echo true || echo false) \
	  $(R) CMD check --as-cran --no-manual fordway_*.tar.gz
	@grep -q "^Status:.*\(ERROR\|WARNING\)" $(R_TARBALLS)/fordway.Rcheck/00check.log && exit 1 || true

bench-r: r-install ## what the R package costs, against R's own
	@$(R_ENV) $(RSCRIPT) --vanilla benches/r/all.R

demo-r: r-install ## the demo in R
	@echo
	@echo "== the same core from R"
	@$(R_ENV) $(RSCRIPT) --vanilla $(R_PACKAGE)/inst/examples/demo.R

# NAMESPACE and man/ from the comments, wrappers from the library; all of them
# are committed.
r-docs: r-install ## write NAMESPACE, man/ and the wrappers of the R package anew
	cd $(R_PACKAGE) && $(R_ENV) $(RSCRIPT) --vanilla tools/wrappers.R
	cd $(R_PACKAGE) && $(R_ENV) $(RSCRIPT) --vanilla \
	  -e 'roxygen2::roxygenise(".", load_code = roxygen2::load_installed)'
