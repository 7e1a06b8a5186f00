test_that("what the core prints goes where R's output goes", {
  expect_identical(capture.output(fw_hello()), "Hello world!")
  expect_identical(capture.output(fw_greet()), "Hello! The square root of 4 is: 2")
  out <- capture.output(shown <- withVisible(fw_hello()))
  expect_false(shown$visible)
})

test_that("sums are exact up to 2^53 and refused beyond", {
  expect_identical(fw_add(1, 2), 3)
  expect_identical(fw_add(1L, -2L), -1)
  expect_identical(fw_add(2^53 - 1, 1), 2^53)
  expect_identical(fw_add(-2^53, 0), -2^53)
  expect_code(fw_add(2^53, 1), "too_large")
  expect_code(fw_add(-2^53, -1), "too_large")
  expect_code(fw_add(2^53 + 2, 0), "too_large")
  expect_code(fw_add(0, -2^63), "too_large")
})

test_that("sums go over vectors, and NA gives NA", {
  expect_identical(fw_add(1:3, 10), c(11, 12, 13))
  expect_identical(fw_add(c(1, NA), c(NA, 2)), c(NA_real_, NA))
  expect_identical(fw_add(NA, 1), NA_real_)
  expect_false(is.nan(fw_add(NA, 1)))
  expect_identical(fw_add(numeric(), 1), numeric())
  expect_code(fw_add(1:2, 1:3), "invalid_argument")
})

test_that("texts are repeated", {
  expect_identical(fw_repeat("ab", 3), "ababab")
  expect_identical(fw_repeat(c("a", NA), c(2, 2)), c("aa", NA))
  expect_identical(fw_repeat("a", c(0, NA, 2)), c("", NA, "aa"))
  expect_identical(fw_repeat("\u00fc\U1f600", 2), "\u00fc\U1f600\u00fc\U1f600")
  expect_identical(Encoding(fw_repeat("\u00fc", 1)), "UTF-8")
  expect_code(fw_repeat("ab", 2^26), "too_large")
})

test_that("words are joined", {
  expect_identical(fw_join(c("a", "b", "c"), "-"), "a-b-c")
  expect_identical(fw_join(c("a", "b")), "a b")
  expect_identical(fw_join(character(), "-"), "")
  expect_identical(fw_join(c("a", NA), "-"), NA_character_)
  expect_identical(fw_join("a", NA), NA_character_)
})

test_that("names are put together", {
  expect_identical(fw_full_name("Ada", "Lovelace"), "Ada Lovelace")
  expect_identical(fw_full_name("Ada", c("A", NA)), c("Ada A", NA))
})

test_that("numbers are even or odd, and refused below zero", {
  expect_identical(fw_even(c(0, 1, NA, 2^53)), c(TRUE, FALSE, NA, TRUE))
  expect_match(conditionMessage(expect_code(fw_even(-1), "invalid_argument")), "-1 is negative")
})

test_that("text in another encoding arrives as UTF-8, and invalid text is refused", {
  latin1 <- "\xe9"
  Encoding(latin1) <- "latin1"
  expect_identical(fw_join(latin1), "\u00e9")
  expect_code(fw_join("\xff"), "invalid_argument")
})

test_that("wrong arguments are refused by name", {
  for (wrong in list(NULL, "1", TRUE, 1.5, Inf, list(1), factor(1))) {
    expect_match(conditionMessage(expect_code(fw_add(1, wrong), "invalid_argument")), "`b`")
    expect_match(conditionMessage(expect_code(fw_even(wrong), "invalid_argument")), "`n`")
  }
  for (wrong in list(NULL, 1, TRUE, list("a"), factor("a"))) {
    expect_match(conditionMessage(expect_code(fw_repeat(wrong, 1), "invalid_argument")), "`s`")
    expect_match(conditionMessage(expect_code(fw_join(wrong), "invalid_argument")), "`words`")
    expect_match(conditionMessage(expect_code(fw_full_name("a", wrong), "invalid_argument")), "`last`")
  }
  expect_match(conditionMessage(expect_code(fw_join("a", c("-", "-")), "invalid_argument")), "`sep`")
  expect_match(conditionMessage(expect_code(fw_repeat("a", -1), "invalid_argument")), "`n`")
})

test_that("a forked process can call", {
  skip_on_os("windows")
  path <- file.path(scratch(), "file")
  fw_write("abc", path)
  fw_add(1, 1)
  root <- tree()
  found <- parallel::mclapply(1:4, function(k) {
    fw_write(as.character(k), paste0(path, k))
    list(fw_add(k, 1), fw_digest(path), nrow(fw_verify(root, jobs = 2)), fw_read(paste0(path, k)))
  }, mc.cores = 2)
  for (k in 1:4) {
    expect_identical(found[[k]], list(
      k + 1, "a9993e364706816aba3e25717850c26c9cd0d89d", 4L, charToRaw(as.character(k))
    ))
  }
})
