test_that("a condition carries its path and its call", {
  path <- tryCatch(fw_read("nope"), fordway_error_not_found = function(e) e$path)
  expect_identical(path, "nope")
  error <- expect_error(fw_read("nope"), class = "fordway_error")
  expect_identical(conditionCall(error), quote(fw_read("nope")))
  expect_identical(conditionMessage(error), "cannot read 'nope': no such file or directory")
})

test_that("the path is the one that was given, before ~ is expanded", {
  expect_code(fw_read("~/there/is/no/such"), "not_found", "~/there/is/no/such")
})

test_that("messages print no control characters", {
  error <- expect_error(fw_read("a\u001b[31m\u202eb"), class = "fordway_error_not_found")
  expect_false(grepl("\u001b", conditionMessage(error), fixed = TRUE))
  expect_false(grepl("\u202e", conditionMessage(error), fixed = TRUE))
  expect_identical(error$path, "a\u001b[31m\u202eb")
})

test_that("every code of the contract has a class that is documented", {
  above <- checkout()
  skip_if(is.null(above))
  types <- readLines(file.path(above, "wit", "types.wit"))
  enum <- types[(grep("enum error-code", types) + 1L):length(types)]
  enum <- enum[seq_len(grep("^    }", enum)[[1L]] - 1L)]
  codes <- sub(",.*", "", trimws(grep("^ *[a-z-]+,$", enum, value = TRUE)))
  expect_gt(length(codes), 9)
  failure <- readLines(file.path(above, "host-r", "src", "rust", "src", "bindings.rs"))
  manual <- readLines(file.path(above, "host-r", "man", "conditions.Rd"))
  for (code in gsub("-", "_", codes)) {
    expect_true(any(grepl(paste0("\"", code, "\""), failure, fixed = TRUE)), label = code)
    expect_true(any(grepl(paste0("\\code{", code, "}"), manual, fixed = TRUE)), label = code)
  }
})
