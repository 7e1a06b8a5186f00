test_that("squares keep NA, NaN and Inf apart", {
  squares <- fw_squares(c(1, 2, NA, Inf))
  expect_identical(squares, c(1, 4, NA, Inf))
  expect_true(is.na(squares[[3]]))
  expect_false(is.nan(squares[[3]]))
  expect_identical(fw_squares(c(NaN, -Inf, -0)), c(NaN, Inf, 0))
  expect_true(is.nan(fw_squares(NaN)))
  expect_identical(fw_squares(c(NA, 3L)), c(NA, 9))
  expect_identical(fw_squares(NA), NA_real_)
  expect_identical(fw_squares(numeric()), numeric())
})

test_that("squares are those of R, whatever the length", {
  set.seed(1)
  for (n in c(1, 2, 16383, 16384, 16385, 100000)) {
    x <- rnorm(n)
    x[n %/% 2] <- NA
    expect_identical(fw_squares(x), x * x)
  }
})

test_that("squares leave their argument alone", {
  x <- c(1, 2, 3)
  fw_squares(x)
  expect_identical(x, c(1, 2, 3))
})

test_that("squares keep names and dimensions", {
  x <- matrix(1:4, 2, dimnames = list(c("a", "b"), NULL))
  expect_identical(fw_squares(x), x * as.double(x))
  expect_identical(fw_squares(c(a = 2)), c(a = 4))
})

test_that("square roots come with a heading", {
  expect_identical(fw_sqrts(3), list(heading = "Square roots up to 3:", values = sqrt(1:3)))
  expect_identical(fw_sqrts(0)$values, numeric())
  expect_identical(fw_sqrts(NA), list(heading = NA_character_, values = NA_real_))
  expect_identical(length(fw_sqrts(1e6)$values), 1000000L)
  expect_code(fw_sqrts(1e6 + 1), "too_large")
})

test_that("a dot product adds from the first to the last", {
  expect_identical(fw_dot(1:3, 4:6), 32)
  expect_identical(fw_dot(numeric(), numeric()), 0)
  expect_identical(fw_dot(c(1, NA), c(1, 1)), NA_real_)
  expect_true(is.nan(fw_dot(c(1, NaN), c(1, 1))))
  set.seed(2)
  a <- rnorm(1e5)
  b <- rnorm(1e5)
  expect_identical(fw_dot(a, b), Reduce(`+`, a * b))
  expect_match(
    conditionMessage(expect_code(fw_dot(1, 1:2), "invalid_argument")), "not 1 and 2"
  )
})

test_that("pi comes near", {
  expect_identical(fw_pi(0), 0)
  expect_identical(fw_pi(1), 4)
  expect_equal(fw_pi(1e6), pi, tolerance = 1e-6)
  expect_identical(fw_pi(NA), NA_real_)
})

test_that("wrong arguments are refused by name", {
  for (wrong in list(NULL, "1", TRUE, list(1), factor(1), 1i, as.raw(1), Sys.Date(), mean)) {
    expect_match(conditionMessage(expect_code(fw_squares(wrong), "invalid_argument")), "`x`")
    expect_match(conditionMessage(expect_code(fw_dot(1, wrong), "invalid_argument")), "`b`")
  }
  for (wrong in list(NULL, "1", numeric(), 1:2, -1, 0.5, 2^32, Inf)) {
    expect_match(conditionMessage(expect_code(fw_pi(wrong), "invalid_argument")), "`n`")
    expect_match(conditionMessage(expect_code(fw_sqrts(wrong), "invalid_argument")), "`n`")
  }
  integer64 <- structure(5e-324, class = "integer64")
  expect_match(conditionMessage(expect_code(fw_squares(integer64), "invalid_argument")), "integer64")
})
