#' An object that lives in the core
#'
#' `fw_user_info()` makes a user in the core and gives a handle to it. The user
#' is freed there when the handle is closed, or after R has collected it as
#' garbage.
#'
#' @param name One string.
#' @param x,con A handle that `fw_user_info()` made.
#' @param ... Not used.
#'
#' @return `fw_user_info()`: an external pointer of class `fordway_user_info`.
#'   `fw_info(x)`, also written `x$info()`: a sentence about the user, one
#'   string. `close(x)`, also written `x$close()`: nothing, invisibly. `print(x)`:
#'   `x`, invisibly.
#'
#'   A handle that was closed, or saved and loaded again, can be neither printed
#'   nor used: that is an error with the [code][conditions] `closed`. To close
#'   it twice does nothing.
#' @examples
#' user <- fw_user_info("Alice")
#' user
#' user$info()
#' close(user)
#' tryCatch(fw_info(user), fordway_error_closed = conditionMessage)
#' @export
fw_user_info <- function(name) {
  structure(reply(core_user_new(as_text(name, "name"))), class = "fordway_user_info")
}

#' @rdname fw_user_info
#' @export
fw_info <- function(x) {
  reply(core_user_info(as_user(x)))
}

#' @rdname fw_user_info
#' @export
close.fordway_user_info <- function(con, ...) {
  core_user_close(as_user(con))
  invisible(NULL)
}

#' @rdname fw_user_info
#' @export
print.fordway_user_info <- function(x, ...) {
  cat("<fordway_user_info> ", harmless(fw_info(x)), "\n", sep = "")
  invisible(x)
}

#' @export
`$.fordway_user_info` <- function(x, name) {
  switch(name,
    info = function() fw_info(x),
    close = function() close(x),
    abort("invalid_argument", sprintf("a user has `info` and `close`, not `%s`", name),
      call = sys.call()
    )
  )
}

as_user <- function(x, call = sys.call(-1L)) {
  if (!inherits(x, "fordway_user_info") || typeof(x) != "externalptr") {
    refuse("x", "a handle that fw_user_info() made", x, call)
  }
  x
}
