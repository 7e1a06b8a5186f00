#' Read and write whole files
#'
#' `fw_read()` reads a file into a raw vector, zero bytes and all.
#' `fw_write()` writes one, all or nothing: the bytes go to a temporary file
#' beside the target, which is synced and then renamed over it. A call that
#' fails or is interrupted leaves the old content.
#'
#' `fw_write()` keeps the owner and the permissions of a file that is there; a new
#' one has those that the umask leaves. Where the owner may not be kept, the
#' set-user-ID and set-group-ID bits go. Access control lists, extended
#' attributes and further hard links are not kept. A file that the caller may
#' not write to is refused. What a writer that was killed left behind goes with
#' the next write to the same file.
#'
#' A call hands the core one directory, the one that holds `path`, read-only
#' for `fw_read()`. A symbolic link is followed if it stays inside.
#'
#' @param path The path of a file. `~` is expanded.
#' @param data A raw vector, or one string, which is written in UTF-8 with
#'   nothing added.
#'
#' @return `fw_read()`: a raw vector. `fw_write()`: `path`, invisibly.
#'
#'   Both signal a [condition][conditions] where they fail: `not_found`,
#'   `is_a_directory`, `not_permitted`, `no_space`, `io` and the others.
#' @examples
#' path <- tempfile()
#' fw_write(as.raw(0:255), path)
#' identical(fw_read(path), as.raw(0:255))
#'
#' fw_write("caf\u00e9\n", path)
#' rawToChar(fw_read(path))
#' @name files
NULL

#' @rdname files
#' @export
fw_read <- function(path) {
  given <- as_path(path)
  path <- names(given)
  reading <- reply(core_read_start(path), "read", given)
  on.exit(core_job_halt(reading$job))
  size <- await(function(seconds) core_read_size(reading$file, seconds), "read", given)
  buffer <- reply(core_read_buffer(size), "read", given)
  await(function(seconds) core_read_fill(reading$file, buffer, seconds), "read", given)
  read <- reply(core_read_rest(reading$file), "read", given)
  if (read$filled == size && !length(read$rest)) {
    return(buffer)
  }
  # A file whose size the system does not know, as in /proc.
  c(buffer[seq_len(read$filled)], read$rest)
}

#' @rdname files
#' @export
fw_write <- function(data, path) {
  if (!is.raw(data) || is.object(data)) {
    if (!is.character(data) || length(data) != 1L || is.na(data)) {
      refuse("data", "a raw vector or one string", data, sys.call())
    }
    data <- as_text(data, "data")
  }
  given <- as_path(path)
  writing <- reply(core_write_start(names(given)), "write", given)
  on.exit(core_job_halt(writing$job))
  await(function(seconds) core_write_feed(writing$file, data, seconds), "write", given)
  invisible(path)
}
