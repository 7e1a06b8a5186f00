test_that("the copies that the package carries are those of the checkout", {
  above <- checkout()
  skip_if(is.null(above))
  same <- function(a, b) {
    expect_identical(fw_read(a), fw_read(b), label = b)
  }
  carried <- file.path(above, "host-r", "src", "rust", "component", "wit")
  skip_if_not(dir.exists(carried))
  expect_identical(list.files(carried), list.files(file.path(above, "wit")))
  for (name in list.files(carried)) {
    same(file.path(above, "wit", name), file.path(carried, name))
  }
})

test_that("the wrappers are those that the Rust sources say", {
  above <- checkout()
  skip_if(is.null(above))
  core <- asNamespace("fordway")
  text <- .Call(core$wrap__make_fordway_wrappers, TRUE, "fordway")
  lines <- strsplit(sub("\n+$", "", text), "\n", fixed = TRUE)[[1]]
  written <- readLines(file.path(above, "host-r", "R", "extendr-wrappers.R"))
  expect_identical(written[-(1:2)], lines)
})

test_that("every public function is documented with a value and an example", {
  skip_if_not(dir.exists(test_path("..", "..", "man")))
  pages <- lapply(list.files(test_path("..", "..", "man"), full.names = TRUE), readLines)
  for (name in grep("^fw_", getNamespaceExports("fordway"), value = TRUE)) {
    page <- Filter(function(page) any(page == sprintf("\\alias{%s}", name)), pages)
    expect_length(page, 1)
    expect_true(any(grepl("^\\\\value", page[[1]])), label = paste("the value of", name))
    expect_true(any(grepl("^\\\\examples", page[[1]])), label = paste("an example of", name))
  }
})

test_that("the demo runs", {
  demo <- system.file("examples", "demo.R", package = "fordway")
  expect_true(nzchar(demo))
  expect_output(source(demo, local = new.env(), echo = FALSE), "Hello world!")
})
