#' Digests of files
#'
#' @param path Paths of files. `~` is expanded.
#' @param algorithm One of `"md5"`, `"sha1"`, `"sha224"`, `"sha256"`, `"sha384"`
#'   and `"sha512"`. MD5 and SHA-1 find accidents, not forgery.
#'
#' @return A character vector as long as `path`, with its names: digests in
#'   lower-case hexadecimal digits, `NA` where the path is `NA`.
#'
#'   A file that cannot be read in full is an error, a
#'   [condition][conditions] whose `path` is the file's.
#' @seealso [fw_verify()] to check files against a manifest.
#' @examples
#' path <- tempfile()
#' fw_write("abc", path)
#' fw_digest(path)
#' fw_digest(c(path, NA), "sha256")
#' @export
fw_digest <- function(path, algorithm = "sha1") {
  given <- as_paths(path)
  algorithms <- c("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
  algorithm <- as_text(algorithm, "algorithm")
  if (!algorithm %in% algorithms) {
    refuse("algorithm", paste("one of", toString(sQuote(algorithms, FALSE))), algorithm, sys.call())
  }
  started <- reply(core_digest_start(names(given), algorithm), "digest", given)
  on.exit(core_job_halt(started$job))
  await(function(seconds) core_job_wait(started$job, seconds)[[3L]] == 1)
  found <- reply(core_digest_finish(started$digests), "digest", given)
  names(found) <- names(path)
  found
}

#' Check a directory against its manifest
#'
#' Checks every file that a manifest such as `sha1sum.txt` or `SHA256SUMS`
#' lists, on several cores. The core may read `root` and nothing else.
#'
#' The manifest holds lines of GNU coreutils (`digest  name`), BSD or OpenSSL
#' (`SHA1 (name) = digest`); the algorithm follows the tag or the digest's
#' length. A file that is missing, changed or unreadable is a row of the
#' report; only a check without anything to check is an error. The check can be
#' interrupted: its threads are gone within a moment.
#'
#' @param root The directory that the manifest's names are relative to.
#' @param manifest The manifest's path relative to `root`. Without it, the
#'   first of the usual names that is there: `sha1sum.txt`, `sha256sum.txt`,
#'   `sha512sum.txt`, `sha384sum.txt`, `sha224sum.txt`, `md5sum.txt`,
#'   `SHA1SUMS`, `SHA256SUMS`, `SHA512SUMS`, `SHA384SUMS`, `SHA224SUMS`,
#'   `MD5SUMS`, `CHECKSUM`.
#' @param jobs How many threads work; as many as there are cores without it.
#' @param progress Whether to show a progress bar, if the package cli is there.
#'
#' @return A data frame of class `fordway_report`, one row for each listed
#'   file, in the manifest's order:
#'   \describe{
#'     \item{`path`}{The file's name as the manifest gives it.}
#'     \item{`status`}{A factor: `ok`, `mismatch`, `missing` or `unreadable`.}
#'     \item{`expected`, `actual`}{The digest stated and the digest found;
#'       `actual` is `NA` where there is none.}
#'     \item{`line`}{The line's number in the manifest.}
#'     \item{`message`}{What is wrong, or `NA`.}
#'   }
#'   Its attributes say `root`, `manifest`, the `counts` of the statuses, how many
#'   `bytes` were hashed, how many lines were `malformed`, the numbers of the
#'   first of them (`malformed_lines`, at most 1,000), and the `seconds` and
#'   `jobs` it took. See [summary()][summary.fordway_report].
#'
#'   A part of a report (`report[report$status != "ok", ]`) and reports bound
#'   together are plain data frames: they say nothing of a whole check.
#' @examples
#' root <- tempfile()
#' dir.create(root)
#' fw_write("abc", file.path(root, "good"))
#' fw_write("abd", file.path(root, "bad"))
#' digest <- fw_digest(file.path(root, "good"))
#' lines <- paste0(digest, "  ", c("good", "bad", "gone"), "\n", collapse = "")
#' fw_write(lines, file.path(root, "sha1sum.txt"))
#'
#' report <- fw_verify(root, jobs = 2)
#' report
#' summary(report)
#' report$path[report$status != "ok"]
#' @export
fw_verify <- function(root, manifest = NULL, jobs = NULL, progress = interactive()) {
  given <- as_path(root, "root")
  if (!is.null(manifest)) {
    manifest <- as_text(manifest, "manifest")
  }
  if (!is.null(jobs)) {
    jobs <- as.integer(min(as_jobs(jobs), 1024))
  }
  progress <- as_flag(progress, "progress")
  started <- reply(core_verify_start(names(given), manifest, jobs), "verify", given)
  on.exit(core_job_halt(started$job))
  bar <- progress_bar(progress)
  await(function(seconds) {
    state <- core_job_wait(started$job, seconds)
    # At its end, cli takes a bar away by itself.
    if (state[[1L]] < state[[2L]]) bar$show(state[[1L]], state[[2L]])
    state[[3L]] == 1
  })
  bar$done()
  found <- reply(core_verify_finish(started$check), "verify", given)
  on.exit(core_job_halt(found$job), add = TRUE)
  columns <- blank_columns(found$files)
  await(function(seconds) core_verify_fill(found$rows, columns, seconds), "verify", given)
  report_of(found, columns, root)
}

as_jobs <- function(jobs, call = sys.call(-1L)) {
  jobs <- as_count(jobs, "jobs", 1, call)
  if (is.na(jobs)) {
    refuse("jobs", "one number", jobs, call)
  }
  jobs
}

progress_bar <- function(progress) {
  if (!progress || !requireNamespace("cli", quietly = TRUE)) {
    nothing <- function(...) NULL
    return(list(show = nothing, done = nothing))
  }
  id <- NULL
  home <- parent.frame()
  list(
    show = function(done, total) {
      if (is.null(id)) {
        id <<- cli::cli_progress_bar("Verifying", total = total, .envir = home)
      }
      cli::cli_progress_update(set = done, id = id, .envir = home)
    },
    done = function() if (!is.null(id)) cli::cli_progress_done(id, .envir = home)
  )
}
