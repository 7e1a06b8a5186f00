# The report of a check: a data frame with a class.

statuses <- c("ok", "mismatch", "missing", "unreadable")

# The columns of a report, for the core to fill in.
blank_columns <- function(files) {
  list(
    path = character(files), status = integer(files), expected = character(files),
    actual = character(files), line = integer(files), message = character(files)
  )
}

report_of <- function(found, columns, root) {
  columns$status <- structure(columns$status, levels = statuses, class = "factor")
  structure(
    columns,
    class = c("fordway_report", "data.frame"),
    row.names = .set_row_names(found$files),
    root = root,
    manifest = found$manifest,
    counts = stats::setNames(found$tally[1:4], statuses),
    bytes = found$bytes,
    malformed = found$tally[[5L]],
    malformed_lines = found$malformed_lines,
    seconds = found$seconds,
    jobs = found$jobs
  )
}

# A data frame without what a report says of the whole check.
plain <- function(report) {
  kept <- attributes(report)[c("names", "row.names")]
  attributes(report) <- c(kept, list(class = "data.frame"))
  report
}

#' @export
`[.fordway_report` <- function(x, ...) {
  part <- NextMethod()
  if (inherits(part, "fordway_report")) plain(part) else part
}

#' @export
as.data.frame.fordway_report <- function(x, row.names = NULL, optional = FALSE, ...) {
  as.data.frame(plain(x), row.names = row.names, optional = optional, ...)
}

#' @export
rbind.fordway_report <- function(...) {
  parts <- lapply(list(...), function(part) {
    if (inherits(part, "fordway_report")) plain(part) else part
  })
  do.call(rbind, parts)
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
#'   every line was understood, by the rule that all hosts share), `files`,
#'   `counts` (a named integer vector, one element a status), `bytes`,
#'   `malformed` (how many lines were not understood), `malformed_lines` (the
#'   numbers of the first 1,000 of them) and `seconds`.
#'
#'   Parts of reports, and reports bound by rows, are plain data frames. Where
#'   rows were changed or lost and the class was kept, `ok` is `NA`: it is
#'   `TRUE` of a whole check only.
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
    print(plain(x), ...)
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
    unreadable = paste0("is unreadable: ", harmless(x$message[[at]])),
    missing = "is missing",
    mismatch = "does not match"
  )
}

#' @rdname report
#' @export
summary.fordway_report <- function(object, ...) {
  counts <- tabulate(factor(object$status, statuses), length(statuses))
  whole <- attr(object, "counts")
  malformed <- attr(object, "malformed")
  is_whole <- !is.null(whole) && all(counts == whole) && sum(counts) == nrow(object)
  structure(
    list(
      ok = if (is_whole) reply(core_verdict(as.double(c(whole, malformed)))) else NA,
      files = nrow(object),
      counts = stats::setNames(counts, statuses),
      bytes = attr(object, "bytes"),
      malformed = malformed,
      malformed_lines = attr(object, "malformed_lines"),
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
  if (isTRUE(x$malformed > 0)) {
    lines <- utils::head(x$malformed_lines, 10L)
    more <- x$malformed - length(lines)
    cat(sprintf(
      "  %s %s not understood: %s%s\n", grouped(x$malformed),
      if (x$malformed == 1) "line" else "lines", toString(lines),
      if (more > 0) sprintf(" and %s more", grouped(more)) else ""
    ))
  }
  if (is.na(x$ok)) {
    cat("  its rows were changed: this is not what the check found\n")
  }
  invisible(x)
}

grouped <- function(count) format(count, big.mark = ",", scientific = FALSE)

sized <- function(bytes) format(structure(bytes, class = "object_size"), units = "auto", standard = "SI")
