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

test_that("a report is a data frame", {
  report <- fw_verify(tree())
  wrong <- report[report$status != "ok", ]
  expect_identical(nrow(wrong), 3L)
  expect_output(print(wrong), "3 files")
  expect_output(print(report["path"]), "good")
  expect_identical(dim(as.data.frame(report)), c(4L, 6L))
})

test_that("names in a report are printed safely", {
  root <- scratch()
  fw_write("a9993e364706816aba3e25717850c26c9cd0d89d  a\033[31m\n", file.path(root, "sha1sum.txt"))
  out <- capture.output(print(fw_verify(root)))
  expect_false(any(grepl("\033", out, fixed = TRUE)))
})
