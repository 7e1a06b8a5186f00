# 19 of 20 within a tenth of a second, none beyond a quarter. R looks at limits
# every twentieth of a second only: that much is its own.
expect_prompt <- function(took, label, own = 0) {
  took <- took - own
  expect_false(anyNA(took), label = paste(label, "stopped"))
  expect_true(max(took) < 0.25, label = sprintf("%s: at most %.0f ms", label, 1000 * max(took)))
  few <- ceiling(length(took) / 20)
  expect_lte(sum(took > 0.1), few, label = sprintf("%s: tries beyond 100 ms", label))
}

test_that("an interrupt stops any call", {
  skip_on_cran()
  skip_if_not(file.exists("/proc/self/task"))
  dir <- large_tree()
  calls <- long_calls(dir)
  if (!is_long()) calls <- calls[c("pi", "add", "digest", "write")]
  for (name in names(calls)) {
    call <- calls[[name]]
    took <- latencies(call[[1]], unlist(call[-1]), tries = if (is_long()) 20 else 2)
    expect_prompt(took, name)
  }
  # What the last session left as it ended goes with the next write.
  fw_write("x", file.path(dir, "target"))
  left <- list.files(dir, all.files = TRUE, no.. = TRUE)
  expect_identical(setdiff(left, c("large", "sha1sum.txt", "target")), character())
})

test_that("a limit of time stops any call", {
  skip_on_cran()
  skip_if_not(file.exists("/proc/self/task"))
  dir <- large_tree()
  calls <- long_calls(dir)
  if (!is_long()) calls <- calls[c("pi", "read")]
  for (name in names(calls)) {
    call <- calls[[name]]
    took <- latencies(call[[1]], unlist(call[-1]), tries = if (is_long()) 20 else 2, by = "limit")
    expect_prompt(took, paste(name, "by a limit"), own = 0.05)
  }
})

test_that("an interrupt is an interrupt, and handlers around the call see it", {
  skip_on_cran()
  out <- rscript(c(
    "invisible(fw_add(1, 1))",
    "interrupt <- function() system(sprintf('(sleep 0.3; kill -INT %d) &', Sys.getpid()))",
    "interrupt()",
    "seen <- character()",
    "tryCatch(",
    "  withCallingHandlers(",
    "    { on.exit(seen <- c(seen, 'exit')); fw_pi(2^32 - 1) },",
    "    interrupt = function(i) seen <<- c(seen, paste('calling', fw_add(1, 2)))",
    "  ),",
    "  interrupt = function(i) seen <<- c(seen, 'exiting'),",
    "  finally = seen <- c(seen, 'finally')",
    ")",
    "cat(seen, fw_add(1, 1))"
  ))
  expect_identical(tail(out, 1), "calling 3 exiting finally 2")
})

test_that("many calls can be stopped one after the other", {
  skip_on_cran()
  out <- rscript(c(
    "stopped <- 0",
    "for (k in 1:40) {",
    "  setTimeLimit(elapsed = 0.02)",
    "  tryCatch(fw_pi(2^32 - 1), error = function(e) stopped <<- stopped + 1)",
    "  setTimeLimit()",
    "}",
    "cat(stopped, fw_add(1, 1))"
  ))
  expect_identical(tail(out, 1), "40 2")
})

test_that("a call that is stopped while values cross is stopped as any other", {
  skip_on_cran()
  # At some moments the component makes room for a text, or R takes one.
  out <- rscript(c(
    "x <- strrep('x', 1e6)",
    "invisible(fw_add(1, 1))",
    "told <- vapply(1:40, function(k) {",
    "  setTimeLimit(elapsed = 0.02 + 0.003 * k)",
    "  on.exit(setTimeLimit())",
    "  tryCatch({ repeat fw_repeat(x, 10) }, error = conditionMessage)",
    "}, '')",
    "cat(unique(told), fw_add(1, 1), sep = '/')"
  ))
  expect_identical(tail(out, 1), "reached elapsed time limit/2")
})

test_that("a pipe that takes a file's place does not hold R", {
  skip_on_cran()
  skip_if_not(is_long(), "FORDWAY_LONG is not 1")
  need(nzchar(Sys.which("mkfifo")), "mkfifo")
  dir <- scratch()
  file <- file.path(dir, "file")
  fw_write("abc", file)
  system2("mkfifo", file.path(dir, "pipe"))
  # Swaps the two until it is told to end.
  swapper <- tempfile(fileext = ".R")
  writeLines(c(
    sprintf("setwd(%s)", deparse(dir)),
    "while (!file.exists('end')) { file.rename('file', 'f'); file.rename('pipe', 'file')",
    "  file.rename('file', 'pipe'); file.rename('f', 'file') }"
  ), swapper)
  system2(file.path(R.home("bin"), "Rscript"), c("--vanilla", swapper), wait = FALSE)
  out <- rscript(c(
    sprintf("file <- %s", deparse(file)),
    "start <- Sys.time()",
    "held <- 0",
    "while (Sys.time() - start < 20 && held < 3) {",
    "  setTimeLimit(elapsed = 1)",
    "  tryCatch(fw_read(file), error = function(e) {",
    "    if (grepl('time limit', conditionMessage(e))) held <<- held + 1",
    "  })",
    "  setTimeLimit()",
    "}",
    "took <- as.numeric(Sys.time() - start, units = 'secs')",
    "cat(held, took < 25, fw_add(1, 1))"
  ))
  file.create(file.path(dir, "end"))
  expect_match(tail(out, 1), "TRUE 2$")
})
