#' A tour of every kind of value
#'
#' Small functions that carry each kind of value to the core and back.
#' `fw_hello()` and `fw_greet()` print. `fw_add()` adds whole numbers,
#' `fw_repeat()` repeats texts, `fw_join()` joins words into one text,
#' `fw_full_name()` puts two parts of a name together, and `fw_even()` says
#' whether a number is even.
#'
#' @param a,b,n Whole numbers between -2^53 and 2^53; `n` is not negative.
#' @param s,words,first,last Character vectors.
#' @param sep One string.
#'
#' @return `fw_hello()` and `fw_greet()`: nothing, invisibly; what the core
#'   prints goes where R's own output goes. `fw_add()`: doubles.
#'   `fw_repeat()` and `fw_full_name()`: character vectors. `fw_even()`: a
#'   logical vector. `fw_join()`: one string.
#'
#'   Vectors are of one length, or one of them is a single value, which is
#'   recycled. `NA` gives `NA`. A sum beyond 2^53, and a text longer than
#'   67,108,864 bytes, is an error with the [code][conditions] `too_large`.
#' @examples
#' fw_hello()
#' fw_greet()
#' fw_add(1:3, 10)
#' fw_repeat("ab", 3)
#' fw_join(c("one", "two"), sep = ", ")
#' fw_full_name("Ada", c("Lovelace", NA))
#' fw_even(0:3)
#' @name tour
NULL

#' @rdname tour
#' @export
fw_hello <- function() {
  cat(reply(core_hello()))
  invisible(NULL)
}

#' @rdname tour
#' @export
fw_greet <- function() {
  cat(reply(core_greet()))
  invisible(NULL)
}

#' @rdname tour
#' @export
fw_add <- function(a, b) {
  a <- as_whole(a, "a")
  b <- as_whole(b, "b")
  if (length(a) != length(b)) {
    both <- recycled(a, b, c("a", "b"))
    a <- both[[1L]]
    b <- both[[2L]]
  }
  reply(core_add(a, b))
}

#' @rdname tour
#' @export
fw_repeat <- function(s, n) {
  both <- recycled(as_texts(s, "s"), as_whole(n, "n", 0, max_u32), c("s", "n"))
  reply(core_repeat(both[[1L]], both[[2L]]))
}

#' @rdname tour
#' @export
fw_join <- function(words, sep = " ") {
  words <- as_texts(words, "words")
  if (length(sep) != 1L) {
    refuse("sep", "one string", sep, sys.call())
  }
  sep <- as_texts(sep, "sep")
  if (anyNA(words) || is.na(sep)) {
    return(NA_character_)
  }
  reply(core_join(words, sep))
}

#' @rdname tour
#' @export
fw_full_name <- function(first, last) {
  both <- recycled(as_texts(first, "first"), as_texts(last, "last"), c("first", "last"))
  reply(core_full_name(both[[1L]], both[[2L]]))
}

#' @rdname tour
#' @export
fw_even <- function(n) {
  reply(core_even(as_whole(n, "n")))
}
