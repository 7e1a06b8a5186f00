test_that("a report prints what did not pass", {
  root <- tree()
  report <- fw_verify(root)
  out <- capture.output(shown <- withVisible(print(report)))
  expect_false(shown$visible)
  expect_identical(out[[1]], "<fordway_report> 4 files: 1 ok, 1 mismatch, 1 missing, 1 unreadable")
  expect_true("  1 line not understood: 3" %in% out)
  expect_true("  line 2: 'bad' does not match" %in% out)
  expect_true("  line 4: 'gone' is missing" %in% out)
  expect_true("  line 5: 'dir' is unreadable: is a directory" %in% out)
  expect_match(tail(capture.output(print(report, n = 1)), 1), "and 2 more")
})

test_that("a summary counts", {
  root <- tree()
  summary <- summary(fw_verify(root))
  expect_false(summary$ok)
  expect_identical(summary$files, 4L)
  expect_identical(summary$counts, c(ok = 1L, mismatch = 1L, missing = 1L, unreadable = 1L))
  expect_output(print(summary), "4 files")
  fw_write("a9993e364706816aba3e25717850c26c9cd0d89d  good\n", file.path(root, "sha1sum.txt"))
  expect_true(summary(fw_verify(root))$ok)
  expect_output(print(fw_verify(root)), "1 file: 1 ok")
})

test_that("a line that was not understood is not ok", {
  root <- tree()
  fw_write("a9993e364706816aba3e25717850c26c9cd0d89d  good\nbad\n", file.path(root, "sha1sum.txt"))
  report <- fw_verify(root)
  expect_true(all(report$status == "ok"))
  expect_false(summary(report)$ok)
})

test_that("a report is a data frame, and a part of it is no report", {
  report <- fw_verify(tree())
  parts <- list(
    report[report$status == "ok", ], report[1:4, ], report["path"], report[, c("path", "status")],
    head(report, 1), subset(report, status == "ok"), rbind(report, report),
    rbind(as.data.frame(report), report), report[order(report$path), ], unique(report)
  )
  for (part in parts) {
    expect_identical(class(part), "data.frame")
    expect_setequal(names(attributes(part)), c("names", "row.names", "class"))
  }
  expect_identical(nrow(rbind(report, report)), 8L)
  expect_identical(report[report$status == "ok", ]$path, "good")
  expect_identical(report[["path"]], report$path)
  expect_identical(report[2, "path"], "bad")
  expect_output(print(report["path"]), "good")
  expect_identical(dim(as.data.frame(report)), c(4L, 6L))
})

test_that("rows that were changed never make a failed check ok", {
  root <- tree()
  report <- fw_verify(root)
  # What keeps class and attributes, as packages for data frames do.
  part <- report
  for (name in names(part)) part[[name]] <- part[[name]]
  expect_false(summary(part)$ok)
  part <- lapply(unclass(report), `[`, 1L)
  attributes(part) <- replace(attributes(report), "row.names", list(1L))
  expect_identical(levels(droplevels(part$status)), "ok")
  expect_identical(summary(part)$ok, NA)
  expect_output(print(part), "not what the check found")
  report$status[] <- "ok"
  expect_identical(summary(report)$ok, NA)
  # A report of an older version has no counts.
  attr(report, "counts") <- NULL
  expect_identical(summary(report)$ok, NA)
})

test_that("a report that was saved and loaded is the same", {
  report <- fw_verify(tree())
  path <- file.path(scratch(), "report.rds")
  saveRDS(report, path)
  expect_identical(readRDS(path), report)
  expect_false(summary(readRDS(path))$ok)
})

test_that("names in a report are printed safely", {
  root <- scratch()
  fw_write("a9993e364706816aba3e25717850c26c9cd0d89d  a\033[31m\n", file.path(root, "sha1sum.txt"))
  out <- capture.output(print(fw_verify(root)))
  expect_identical(tail(out, 1), "  line 1: \"a\\u001b[31m\" is missing")
  # What turns text around, breaks lines or cannot be seen.
  for (code in c(0x061c, 0x200b, 0x2028, 0x202e, 0xfeff)) {
    name <- paste0("a", intToUtf8(code))
    fw_write(paste0("a9993e364706816aba3e25717850c26c9cd0d89d  ", name, "\n"), file.path(root, "sha1sum.txt"))
    report <- fw_verify(root)
    expect_identical(report$path, name)
    expect_identical(
      tail(capture.output(print(report)), 1), sprintf("  line 1: \"a\\u%04x\" is missing", code)
    )
  }
})
