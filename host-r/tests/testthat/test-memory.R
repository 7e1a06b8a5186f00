# A session that may take so many kilobytes of addresses.
short_of_memory <- function(lines, kilobytes = 6000000) {
  script <- tempfile(fileext = ".R")
  libraries <- sprintf(".libPaths(%s)", paste(deparse(.libPaths()), collapse = ""))
  code <- c(
    "code <- function(expr) tryCatch({ expr; 'done' }, error = function(e) {",
    "  if (inherits(e, 'fordway_error')) e$code",
    "  else if (grepl('(cannot|could not) allocate', conditionMessage(e))) 'cannot allocate'",
    "  else conditionMessage(e)",
    "})"
  )
  writeLines(c(libraries, "library(fordway)", code, lines), script)
  command <- sprintf(
    "ulimit -v %d; exec %s --vanilla %s", kilobytes,
    shQuote(file.path(R.home("bin"), "Rscript")), shQuote(script)
  )
  suppressWarnings(system2("sh", c("-c", shQuote(command)), stdout = TRUE, stderr = TRUE))
}

expect_short <- function(out) {
  expect_match(tail(out, 1), "^(no_memory|cannot allocate) 2$")
}

test_that("a result that does not fit is an error, and the session lives", {
  skip_on_cran()
  skip_if_not(file.exists("/proc/self/limits"))
  live <- "gc <- gc(); cat(result, fw_add(1, 1))"
  expect_short(short_of_memory(c(
    "result <- code(fw_repeat(paste0(strrep('x', 1e6), 1:200), 60))", live
  )))
  # R keeps equal strings once.
  out <- short_of_memory(c("result <- code(fw_repeat(strrep('x', 1e6), rep(60, 200)))", live))
  expect_match(tail(out, 1), "^(done|no_memory|cannot allocate) 2$")
  expect_short(short_of_memory(c(
    "x <- numeric(4e8)", "result <- code(fw_squares(x))", live
  )))
  large <- tempfile()
  on.exit(unlink(large))
  system2("truncate", c("-s", "8G", large))
  expect_short(short_of_memory(c(
    sprintf("result <- code(fw_read(%s))", deparse(large)), live
  )))
})

test_that("a text that does not fit into what is left is an error", {
  skip_on_cran()
  skip_if_not(file.exists("/proc/self/limits"))
  # All but a little is taken.
  take <- "x <- list(); repeat { v <- try(raw(2^24), silent = TRUE); if (!is.raw(v)) break; x <- c(x, list(v)) }"
  for (call in c(
    "fw_repeat(strrep('x', 1e6), 60)", "fw_join(rep(strrep('x', 1e4), 6000))",
    "fw_full_name(strrep('x', 3e7), strrep('y', 3e7))"
  )) {
    out <- short_of_memory(c(
      "invisible(fw_add(1, 1))", take, sprintf("result <- code(%s)", call),
      "rm(x); invisible(gc())", "cat(result, fw_add(1, 1))"
    ), 2000000)
    expect_short(out)
  }
})

test_that("a check of many missing files takes little memory", {
  skip_on_cran()
  skip_if_not(file.exists("/proc/self/status"))
  root <- scratch()
  count <- if (is_long()) 200000 else 20000
  names <- sprintf("%s%07d", strrep("n", 193), seq_len(count))
  fw_write(
    paste0("a9993e364706816aba3e25717850c26c9cd0d89d  ", names, "\n", collapse = ""),
    file.path(root, "sha1sum.txt")
  )
  out <- rscript(c(
    "peak <- function() as.numeric(gsub('[^0-9]', '', grep('VmHWM', readLines('/proc/self/status'), value = TRUE)))",
    "invisible(fw_add(1, 1))",
    "before <- peak()",
    sprintf("report <- fw_verify(%s)", deparse(root)),
    "cat(nrow(report), all(report$status == 'missing'), (peak() - before) / nrow(report))"
  ))
  found <- strsplit(tail(out, 1), " ")[[1]]
  expect_identical(found[1:2], c(format(count, scientific = FALSE), "TRUE"))
  # Kilobytes a row: the names themselves are in R's memory.
  expect_lt(as.numeric(found[[3]]), if (is_long()) 1 else 3)
})

test_that("malformed lines are counted, not kept", {
  skip_on_cran()
  root <- scratch()
  count <- if (is_long()) 3e6 else 1e5
  fw_write("abc", file.path(root, "good"))
  fw_write(
    paste0("a9993e364706816aba3e25717850c26c9cd0d89d  good\n", strrep("x\n", count)),
    file.path(root, "sha1sum.txt")
  )
  report <- fw_verify(root)
  expect_identical(attr(report, "malformed"), count)
  expect_identical(attr(report, "malformed_lines"), 2:1001)
  expect_false(summary(report)$ok)
  out <- capture.output(print(report))
  expect_match(out[[3]], sprintf(
    "^  %s lines not understood: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and %s more$",
    format(count, big.mark = ",", scientific = FALSE), format(count - 10, big.mark = ",", scientific = FALSE)
  ))
})
