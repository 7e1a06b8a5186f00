#' Read and write whole files
#'
#' `fw_read()` reads a file into a raw vector, zero bytes and all.
#' `fw_write()` writes one, all or nothing: the bytes go to a temporary file
#' beside the target, which is synced and then renamed over it. A call that
#' fails or is interrupted leaves the old content.
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
  opened <- reply(core_open(path), "read", given)
  # R makes the vector, so that R tells when memory is short.
  buffer <- raw(opened$size)
  read <- reply(core_fill(opened$file, buffer, path), "read", given)
  if (read$filled == opened$size && !length(read$rest)) {
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
  reply(core_write(data, names(given)), "write", given)
  invisible(path)
}
