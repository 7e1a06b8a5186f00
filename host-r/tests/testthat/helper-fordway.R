# A directory that goes when the test ends.
scratch <- function(env = parent.frame()) {
  dir <- tempfile("fordway-")
  dir.create(dir)
  at_end(unlink(dir, recursive = TRUE), env)
  dir
}

# Runs an expression when a frame ends.
at_end <- function(expr, env) {
  thunk <- as.call(list(function() expr))
  do.call(on.exit, list(thunk, add = TRUE), envir = env)
}

# An error with every class that it must have.
expect_code <- function(object, code, path = NULL) {
  error <- expect_error(object, class = paste0("fordway_error_", code))
  expect_s3_class(error, c(paste0("fordway_error_", code), "fordway_error", "error", "condition"),
    exact = TRUE
  )
  expect_identical(error$code, code)
  if (!is.null(path)) expect_identical(error$path, path)
  invisible(error)
}

# The checkout around the package, where there is one.
checkout <- function() {
  above <- test_path("..", "..", "..")
  if (file.exists(file.path(above, "wit", "world.wit"))) above
}

# A tool that CI must have; elsewhere its tests are skipped.
need <- function(there, what) {
  if (!there && identical(Sys.getenv("CI"), "true")) stop(what, " is missing")
  skip_if_not(there, what)
}

# A tree to check: four files, one of them good.
tree <- function(env = parent.frame()) {
  root <- scratch(env)
  fw_write("abc", file.path(root, "good"))
  fw_write("abd", file.path(root, "bad"))
  dir.create(file.path(root, "dir"))
  lines <- paste0("a9993e364706816aba3e25717850c26c9cd0d89d  ", c("good", "bad", "gone", "dir"), "\n")
  fw_write(paste(c(lines[1:2], "not a line\n", lines[3:4]), collapse = ""),
    file.path(root, "sha1sum.txt"))
  root
}

# Runs a script in a session of its own.
rscript <- function(lines, ...) {
  script <- tempfile(fileext = ".R")
  libraries <- sprintf(".libPaths(%s)", paste(deparse(.libPaths()), collapse = ""))
  writeLines(c(libraries, "library(fordway)", lines), script)
  system2(file.path(R.home("bin"), "Rscript"), c("--vanilla", script), stdout = TRUE, stderr = TRUE, ...)
}
