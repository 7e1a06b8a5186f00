# Resident memory before and after 1e5 calls of each kind.
#
# A step of 10 to 20 MB may show once or twice in a session, at whichever
# function comes upon it: extendr's table of protected objects doubles when it
# is full, and keeps an entry for each address that R has used. It stays where
# it is when the same calls are made again.

path <- tempfile()
fw_write("abc", path)
root <- tempfile()
dir.create(root)
fw_write("abc", file.path(root, "file"))
fw_write("a9993e364706816aba3e25717850c26c9cd0d89d  file\n", file.path(root, "sha1sum.txt"))
out <- tempfile()
x <- runif(100)

kinds <- list(
  fw_add = function() fw_add(1, 2),
  fw_squares = function() fw_squares(x),
  fw_sqrts = function() fw_sqrts(10),
  fw_dot = function() fw_dot(x, x),
  fw_pi = function() fw_pi(10),
  fw_repeat = function() fw_repeat("ab", 3),
  fw_join = function() fw_join(c("a", "b")),
  fw_full_name = function() fw_full_name("a", "b"),
  fw_even = function() fw_even(3),
  `a refused argument` = function() tryCatch(fw_even(-1), error = identity),
  `fw_user_info, closed` = function() {
    user <- fw_user_info("Alice")
    user$info()
    close(user)
  },
  `fw_user_info, forgotten` = function() fw_user_info("Alice"),
  fw_hello = function() utils::capture.output(fw_hello()),
  fw_read = function() fw_read(path),
  `fw_read, missing` = function() tryCatch(fw_read("nope"), error = identity),
  fw_write = function() fw_write("abc", out),
  fw_digest = function() fw_digest(path),
  fw_verify = function() fw_verify(root)
)

calls <- as.integer(Sys.getenv("FORDWAY_BENCH_CALLS", "100000"))
for (name in names(kinds)) {
  call <- kinds[[name]]
  # What is set up at first use is no leak.
  for (k in seq_len(calls %/% 50L)) call()
  before <- resident()
  start <- proc.time()[["elapsed"]]
  for (k in seq_len(calls)) call()
  took <- proc.time()[["elapsed"]] - start
  after <- resident()
  figure(paste("resident memory,", name), "%+.1f MB of %.0f after %d calls of %.0f us", after - before, after, calls, took / calls * 1e6)
}
