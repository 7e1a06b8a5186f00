#' Conditions that fordway signals
#'
#' Every error of the package has the classes `fordway_error_<code>`,
#' `fordway_error`, `error` and `condition`, so that [tryCatch()] can tell one
#' from the other.
#'
#' @section Fields:
#' \describe{
#'   \item{`message`}{What went wrong, in one sentence, as [conditionMessage()]
#'     gives it.}
#'   \item{`code`}{One of the codes below.}
#'   \item{`path`}{The path as the caller gave it; `""` where none is at fault.}
#'   \item{`call`}{The call that failed.}
#' }
#'
#' @section Codes:
#' \describe{
#'   \item{`not_found`}{There is no such file or directory.}
#'   \item{`not_permitted`}{The path leads outside the directory that was
#'     handed over, or the system refuses the access; the message says which.}
#'   \item{`is_a_directory`}{A directory stands where a file belongs.}
#'   \item{`not_a_directory`}{A file stands where a directory belongs.}
#'   \item{`already_exists`}{The name is taken.}
#'   \item{`invalid_name`}{The name cannot name a file here.}
#'   \item{`no_space`}{The disk or the quota is full.}
#'   \item{`too_large`}{A file, a text or a number is beyond its limit.}
#'   \item{`bad_manifest`}{There is no manifest, or it states no digest.}
#'   \item{`io`}{Anything else: a fault of the device, a file that is no
#'     regular file, a file that changed while it was read.}
#'   \item{`invalid_argument`}{An argument is of the wrong type, length or
#'     range, or two do not fit together.}
#'   \item{`closed`}{The object was closed, or comes from another session.}
#'   \item{`no_memory`}{There is not enough memory. Where R itself asks for it, it
#'     is R's own error, "cannot allocate".}
#'   \item{`trap`}{The component stopped at a fault. The next call works.}
#' }
#'
#' @section Interrupts:
#' Every call can be interrupted, and ends at a limit that [setTimeLimit()] sets,
#' within a tenth of a second; what R does in one step of its own (a text of 60
#' million characters, say) is not cut. A call on a file that hangs in the system, on a
#' disk that does not answer, is given up: its thread is left alone, and ends
#' when the system lets it.
#'
#' @return Nothing: this page describes conditions, not a function.
#' @examples
#' tryCatch(
#'   fw_read("nope"),
#'   fordway_error_not_found = function(e) e$path
#' )
#' tryCatch(fw_add(1.5, 1), fordway_error = function(e) e$code)
#' @name conditions
NULL

# Signals an error of the package. `call` is the user's call.
abort <- function(code, message, path = "", call = NULL) {
  stop(structure(
    class = c(paste0("fordway_error_", code), "fordway_error", "error", "condition"),
    list(message = message, call = call, code = code, path = path)
  ))
}

# Passes a value of the core on, and signals a failure.
#
# `doing` says what was tried on a path; `given` is the path as the user gave
# it, where the core saw another form of it.
reply <- function(answer, doing = NULL, given = NULL, call = sys.call(-1L)) {
  if (inherits(answer, "fordway_failure")) {
    raise(answer, doing, given, call)
  }
  answer
}

raise <- function(failure, doing, given, call) {
  if (failure$code == "jump") {
    # R was interrupted, or refused a limit: on to where it wanted to go.
    .Call(fordway_continue, as.integer(failure$message))
  }
  path <- failure$path
  if (!nzchar(path) && length(given) == 1L) {
    # What stopped was at work on it.
    path <- given[[1L]]
  } else if (path %in% names(given)) {
    path <- given[[path]]
  }
  message <- failure$message
  if (!is.null(given)) {
    message <- paste0("cannot ", doing, " ", quoted(path), ": ", message)
  }
  abort(failure$code, message, path, call)
}

# Waits in steps, so that R sees an interrupt between two of them: Sys.sleep()
# looks for one even if it has nothing to wait for. `step` takes as long as it
# may wait, in seconds, and gives NULL or FALSE until there is an answer.
await <- function(step, doing = NULL, given = NULL, call = sys.call(-1L)) {
  repeat {
    answer <- reply(step(0.01), doing, given, call)
    if (!is.null(answer) && !identical(answer, FALSE)) {
      return(answer)
    }
    Sys.sleep(0)
  }
}

# A name in quotation marks, safe to print. What is not plain ASCII is escaped
# by the core's rule, in double quotes.
quoted <- function(name) {
  name <- enc2utf8(name)
  ifelse(grepl("[^ -~]|['\"\\\\]", name, useBytes = TRUE), escaped(name), sprintf("'%s'", name))
}

# A sentence, safe to print.
harmless <- function(text) {
  text <- enc2utf8(text)
  ifelse(grepl("[^ -~]", text, useBytes = TRUE), escaped(text), text)
}

escaped <- function(text) reply(core_quote(text))
