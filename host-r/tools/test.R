# Runs the tests of the checkout against the installed package. The last line
# counts.
here <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
tests <- file.path(dirname(here), "..", "tests", "testthat")
results <- as.data.frame(testthat::test_dir(
  tests,
  package = "fordway", load_package = "installed",
  reporter = "summary", stop_on_failure = FALSE, stop_on_warning = FALSE
))
failed <- sum(results$failed) + sum(results$error)
cat(sprintf(
  "[ FAIL %d | WARN %d | SKIP %d | PASS %d ]\n",
  failed, sum(results$warning), sum(results$skipped), sum(results$passed)
))
quit(status = if (failed > 0 || sum(results$warning) > 0) 1L else 0L)
