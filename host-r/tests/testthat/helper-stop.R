# How long calls go on after they were told to stop.

# Tests that take long run where FORDWAY_LONG is 1; elsewhere a sample does.
is_long <- function() identical(Sys.getenv("FORDWAY_LONG"), "1")

# Seconds from the signal, or from the limit, to the end of the call, one for
# each try; NA where the call was not stopped. The call is made again and again
# until then, in a session of its own.
latencies <- function(call, setup = "", tries = 3, by = c("interrupt", "limit")) {
  by <- match.arg(by)
  script <- c(
    "now <- function() as.numeric(Sys.time())",
    "sent <- tempfile()",
    "stop_after <- function(delay) {",
    if (by == "interrupt") {
      "  system(sprintf('(sleep %.3f; date +%%s.%%N > %s; kill -INT %d) &', delay, sent, Sys.getpid()))"
    } else {
      "  setTimeLimit(elapsed = delay)"
    },
    "}",
    "due <- function(start, delay) {",
    if (by == "interrupt") "  as.numeric(readLines(sent))" else "  start + delay",
    "}",
    "invisible(fw_add(1, 1))",
    setup,
    sprintf("for (try in seq_len(%d)) {", tries),
    "  delay <- 0.1 + 0.4 * try / 20",
    "  start <- now()",
    "  stop_after(delay)",
    "  end <- tryCatch(",
    sprintf("    repeat %s,", call),
    "    interrupt = function(i) now(),",
    "    error = function(e) if (grepl('time limit', conditionMessage(e))) now() else NA",
    "  )",
    "  setTimeLimit()",
    "  cat('took', end - due(start, delay), '\\n')",
    "}",
    "cat('alive', fw_add(1, 1), '\\n')"
  )
  out <- rscript(script)
  took <- as.numeric(sub("^took ", "", grep("^took ", out, value = TRUE)))
  if (length(took) != tries || !any(grepl("^alive 2", out))) {
    stop("the session did not live: ", paste(utils::tail(out, 5), collapse = "\n"))
  }
  took
}

# The calls that take long, each with what it needs.
long_calls <- function(dir) {
  large <- deparse(file.path(dir, "large"))
  list(
    pi = list("fw_pi(2^32 - 1)"),
    add = list("fw_add(x, x)", "x <- as.double(1:1e6)"),
    squares = list("fw_squares(x)", "x <- numeric(1e8)"),
    dot = list("fw_dot(x, x)", "x <- numeric(1e8)"),
    `repeat` = list("fw_repeat(x, 2)", "x <- sprintf('word %d', 1:1e6)"),
    # Not longer: R looks at each character of a text, in one step.
    large_repeat = list("fw_repeat(x, 10)", "x <- strrep('x', 1e6)"),
    join = list("fw_join(x)", "x <- sprintf('word %d', 1:2e6)"),
    accents = list("fw_join(x)", "x <- sprintf('w\\u00f6rd %d', 1:1e6)"),
    digest = list(sprintf("fw_digest(%s)", large)),
    verify = list(sprintf("fw_verify(%s)", deparse(dir))),
    read = list(sprintf("fw_read(%s)", large)),
    write = list(sprintf("fw_write(x, %s)", deparse(file.path(dir, "target"))), "x <- raw(1e9)")
  )
}

# A directory with a file of 3 GB, which costs no disk, and a manifest of it.
large_tree <- function(env = parent.frame()) {
  dir <- scratch(env)
  system2("truncate", c("-s", "3G", shQuote(file.path(dir, "large"))))
  fw_write("a9993e364706816aba3e25717850c26c9cd0d89d  large\n", file.path(dir, "sha1sum.txt"))
  dir
}
