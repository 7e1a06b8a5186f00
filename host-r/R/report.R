# The report of a check: a data frame with a class.

statuses <- c("ok", "mismatch", "missing", "unreadable")

report_of <- function(found, root) {
  structure(
    list(
      path = found$path,
      status = structure(as.integer(found$status), levels = statuses, class = "factor"),
      expected = found$expected,
      actual = found$actual,
      line = found$line,
      message = found$message
    ),
    class = c("fordway_report", "data.frame"),
    row.names = .set_row_names(length(found$path)),
    root = root,
    manifest = found$manifest,
    bytes = found$bytes,
    malformed = found$malformed,
    seconds = found$seconds,
    jobs = found$jobs
  )
}

#' Print and summarise a report
#'
#' `print()` shows how many files were checked and which of them did not pass;
#' `summary()` counts.
#'
#' @param x,object A report that [fw_verify()] made.
#' @param n How many files that did not pass are shown.
#' @param ... Not used.
#'
#' @return `print()`: its argument, invisibly. `summary()`: a list of class
#'   `summary.fordway_report` with `ok` (whether every listed file passed and
#'   every line was understood), `files`, `counts` (a named integer vector, one
#'   element a status), `bytes`, `malformed` (line numbers) and `seconds`.
#' @examples
#' root <- tempfile()
#' dir.create(root)
#' fw_write("abc", file.path(root, "file"))
#' fw_write("a9993e364706816aba3e25717850c26c9cd0d89d  file\n", file.path(root, "SHA1SUMS"))
#' report <- fw_verify(root, jobs = 1)
#' print(report)
#' summary(report)$ok
#' @name report
NULL

#' @rdname report
#' @export
print.fordway_report <- function(x, n = 10L, ...) {
  if (!all(c("path", "status", "line", "message") %in% names(x))) {
    # Columns were taken away: a data frame like any other.
    print.data.frame(x, ...)
    return(invisible(x))
  }
  print(summary(x))
  wrong <- which(x$status != "ok")
  for (at in utils::head(wrong, n)) {
    cat(sprintf("  line %d: %s %s\n", x$line[[at]], quoted(x$path[[at]]), said(x, at)))
  }
  if (length(wrong) > n) {
    cat(sprintf("  ... and %d more\n", length(wrong) - n))
  }
  invisible(x)
}

said <- function(x, at) {
  switch(as.character(x$status[[at]]),
    unreadable = paste0("is unreadable: ", encodeString(x$message[[at]])),
    missing = "is missing",
    mismatch = "does not match"
  )
}

#' @rdname report
#' @export
summary.fordway_report <- function(object, ...) {
  counts <- table(factor(object$status, statuses))
  malformed <- attr(object, "malformed")
  structure(
    list(
      ok = nrow(object) > 0L && counts[["ok"]] == nrow(object) && !length(malformed),
      files = nrow(object),
      counts = stats::setNames(as.integer(counts), statuses),
      bytes = attr(object, "bytes"),
      malformed = malformed,
      seconds = attr(object, "seconds")
    ),
    class = "summary.fordway_report"
  )
}

#' @rdname report
#' @export
print.summary.fordway_report <- function(x, ...) {
  counted <- x$counts[x$counts > 0L]
  cat(sprintf("<fordway_report> %d %s: ", x$files, if (x$files == 1L) "file" else "files"))
  cat(paste(counted, names(counted), collapse = ", "), "\n", sep = "")
  if (!is.null(x$bytes)) {
    cat(sprintf("  %s in %.2f s\n", sized(x$bytes), x$seconds))
  }
  if (length(x$malformed)) {
    lines <- utils::head(x$malformed, 10L)
    more <- if (length(x$malformed) > 10L) ", ..." else ""
    cat(sprintf(
      "  %d %s not understood: %s%s\n", length(x$malformed),
      if (length(x$malformed) == 1L) "line" else "lines", toString(lines), more
    ))
  }
  invisible(x)
}

sized <- function(bytes) format(structure(bytes, class = "object_size"), units = "auto", standard = "SI")
