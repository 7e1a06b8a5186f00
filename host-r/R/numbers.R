#' Kernels over vectors of numbers
#'
#' `fw_squares()` squares every element. `fw_sqrts()` gives the square roots of
#' 1 to `n` and a heading. `fw_dot()` adds the products of two vectors' elements
#' from the first to the last. `fw_pi()` adds up the first `n` terms of the
#' Leibniz series. Vectors go to the core in blocks.
#'
#' @param x,a,b Numeric vectors; integers become doubles. `a` and `b` are of one
#'   length.
#' @param n One whole number, not negative.
#'
#' @return `fw_squares()`: a vector of doubles with the names and dimensions of
#'   `x`, `NA` where `x` is `NA`. `fw_sqrts()`: a list of `heading`, a string, and
#'   `values`, a vector of `n` doubles; `n` is at most 1,000,000.
#'   `fw_dot()` and `fw_pi()`: one double, `NA` if an argument holds one.
#' @examples
#' fw_squares(c(1, 2, NA, Inf))
#' fw_sqrts(4)
#' fw_dot(1:3, 4:6)
#' fw_pi(1e6)
#' @name numbers
NULL

#' @rdname numbers
#' @export
fw_squares <- function(x) {
  numbers <- as_numbers(x, "x")
  squares <- reply(core_squares(numbers))
  kept <- attributes(x)
  if (!is.null(kept)) {
    attributes(squares) <- kept[names(kept) %in% c("names", "dim", "dimnames")]
  }
  squares
}

#' @rdname numbers
#' @export
fw_sqrts <- function(n) {
  n <- as_count(n, "n")
  if (is.na(n)) {
    return(list(heading = NA_character_, values = NA_real_))
  }
  reply(core_sqrts(n))
}

#' @rdname numbers
#' @export
fw_dot <- function(a, b) {
  reply(core_dot(as_numbers(a, "a"), as_numbers(b, "b")))
}

#' @rdname numbers
#' @export
fw_pi <- function(n) {
  n <- as_count(n, "n")
  if (is.na(n)) NA_real_ else reply(core_pi(n))
}
