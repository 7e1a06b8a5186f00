test_that("what is written is read, zero bytes and all", {
  path <- file.path(scratch(), "data")
  for (data in list(as.raw(0:255), raw(0), raw(1), as.raw(rep(0:255, 5000)))) {
    expect_identical(fw_write(data, path), path)
    expect_identical(fw_read(path), data)
  }
})

test_that("fw_write gives its path back invisibly", {
  path <- file.path(scratch(), "data")
  expect_invisible(fw_write(raw(1), path))
})

test_that("a string is written in UTF-8, with nothing added", {
  path <- file.path(scratch(), "data")
  latin1 <- "caf\xe9"
  Encoding(latin1) <- "latin1"
  fw_write(latin1, path)
  expect_identical(fw_read(path), charToRaw("caf\u00e9"))
  fw_write("", path)
  expect_identical(fw_read(path), raw(0))
})

test_that("a name may hold any characters", {
  dir <- scratch()
  for (name in c("\u00fc\u4e2d", "a b", "a'b\"", "-", "~x", "a\nb", "%s")) {
    path <- file.path(dir, name)
    fw_write(charToRaw(name), path)
    expect_identical(fw_read(path), charToRaw(enc2utf8(name)))
  }
  expect_setequal(enc2utf8(list.files(dir)), c("\u00fc\u4e2d", "a b", "a'b\"", "-", "~x", "a\nb", "%s"))
})

test_that("relative paths start at the working directory", {
  dir <- scratch()
  old <- setwd(dir)
  on.exit(setwd(old), add = TRUE)
  dir.create("sub")
  fw_write("x", "here")
  fw_write("y", "sub/there")
  expect_identical(fw_read("./here"), charToRaw("x"))
  expect_identical(fw_read("sub/../sub//there"), charToRaw("y"))
})

test_that("each failure has its class and the path that was given", {
  dir <- scratch()
  file <- file.path(dir, "file")
  fw_write("x", file)
  expect_code(fw_read("nope"), "not_found", "nope")
  expect_code(fw_read(file.path(dir, "no", "file")), "not_found", file.path(dir, "no", "file"))
  expect_code(fw_read(dir), "is_a_directory", dir)
  expect_code(fw_read("."), "is_a_directory", ".")
  expect_code(fw_read(".."), "is_a_directory", "..")
  expect_code(fw_read("/"), "is_a_directory", "/")
  expect_code(fw_read(paste0(file, "/")), "not_a_directory")
  expect_code(fw_read(file.path(file, "below")), "not_a_directory")
  expect_code(fw_read(""), "not_found", "")
  expect_code(fw_write("x", dir), "is_a_directory", dir)
  expect_code(fw_write("x", file.path(dir, "no", "file")), "not_found")
  expect_code(fw_read(file.path(dir, strrep("x", 300))), "invalid_name")
})

test_that("a name that is not UTF-8 is refused", {
  expect_code(fw_read("a\xffb"), "invalid_name")
})

test_that("a link is followed inside its directory and refused beyond", {
  dir <- scratch()
  outside <- scratch()
  fw_write("in", file.path(dir, "file"))
  fw_write("out", file.path(outside, "file"))
  file.symlink("file", file.path(dir, "in"))
  file.symlink(file.path(outside, "file"), file.path(dir, "out"))
  expect_identical(fw_read(file.path(dir, "in")), charToRaw("in"))
  expect_code(fw_read(file.path(dir, "out")), "not_permitted")
  expect_code(fw_write("x", file.path(dir, "out")), "not_permitted")
  expect_identical(fw_read(file.path(outside, "file")), charToRaw("out"))
})

test_that("a pipe is refused at once", {
  need(nzchar(Sys.which("mkfifo")), "mkfifo")
  pipe <- file.path(scratch(), "pipe")
  system2("mkfifo", pipe)
  expect_code(fw_read(pipe), "io")
  expect_code(fw_write("x", pipe), "io")
})

test_that("a failed write leaves the old content and nothing else", {
  # A limit on the size of files stands in for a full disk. Its signal would end
  # R.
  need(nzchar(Sys.which("sh")), "sh")
  path <- file.path(scratch(), "file")
  fw_write("old", path)
  script <- sprintf(
    ".libPaths(%s); cat(tryCatch(fordway::fw_write(raw(1e6), '%s'), fordway_error = function(e) e$code))",
    paste(deparse(.libPaths()), collapse = ""), path
  )
  command <- paste(
    "ulimit -f 64; exec", shQuote(file.path(R.home("bin"), "Rscript")),
    "--vanilla -e", shQuote(script)
  )
  out <- system2("sh", c("-c", shQuote(command)), stdout = TRUE, stderr = TRUE)
  expect_identical(out, "too_large")
  expect_identical(fw_read(path), charToRaw("old"))
  expect_identical(list.files(dirname(path), all.files = TRUE, no.. = TRUE), "file")
})

test_that("a file whose size the system does not know is read whole", {
  skip_if_not(file.exists("/proc/self/stat"))
  expect_gt(length(fw_read("/proc/cpuinfo")), 0)
})

test_that("wrong arguments are refused by name", {
  path <- file.path(scratch(), "file")
  for (wrong in list(NULL, NA, 1, character(), c("a", "b"), NA_character_, list("a"), factor("a"))) {
    expect_match(conditionMessage(expect_code(fw_read(wrong), "invalid_argument")), "`path`")
    expect_match(conditionMessage(expect_code(fw_write(raw(1), wrong), "invalid_argument")), "`path`")
  }
  for (wrong in list(NULL, NA, 1, character(), c("a", "b"), NA_character_, list(raw(1)), factor("a"))) {
    expect_match(conditionMessage(expect_code(fw_write(wrong, path), "invalid_argument")), "`data`")
  }
  expect_false(file.exists(path))
})

mode <- function(path) format(file.info(path)$mode)

owner <- function(path) as.integer(file.info(path)[c("uid", "gid")])

is_root <- function() identical(Sys.info()[["effective_user"]], "root")

# What lies beside a file of that name.
beside <- function(path) {
  setdiff(list.files(dirname(path), all.files = TRUE, no.. = TRUE), basename(path))
}

test_that("a write keeps the permissions of the target", {
  path <- file.path(scratch(), "file")
  for (permissions in c("600", "644", "755", "640")) {
    fw_write("old", path)
    Sys.chmod(path, permissions, use_umask = FALSE)
    fw_write("new", path)
    expect_identical(mode(path), permissions)
    expect_identical(fw_read(path), charToRaw("new"))
  }
})

test_that("a new file has what the umask leaves", {
  dir <- scratch()
  old <- Sys.umask()
  on.exit(Sys.umask(old), add = TRUE)
  for (umask in c("022", "077", "002")) {
    Sys.umask(umask)
    path <- file.path(dir, umask)
    fw_write("x", path)
    expect_identical(mode(path), switch(umask, "022" = "644", "077" = "600", "002" = "664"))
  }
})

test_that("a write through a link keeps the link, and the target's permissions", {
  dir <- scratch()
  dir.create(file.path(dir, "below"))
  target <- file.path(dir, "below", "file")
  fw_write("old", target)
  Sys.chmod(target, "600", use_umask = FALSE)
  file.symlink("below/file", file.path(dir, "link"))
  file.symlink("link", file.path(dir, "again"))
  fw_write("new", file.path(dir, "again"))
  expect_identical(fw_read(target), charToRaw("new"))
  expect_identical(mode(target), "600")
  expect_identical(Sys.readlink(file.path(dir, c("link", "again"))), c("below/file", "link"))
  expect_identical(beside(target), character())
})

test_that("the draft of a private file is never readable by others", {
  skip_on_cran()
  path <- file.path(scratch(), "file")
  fw_write("old", path)
  Sys.chmod(path, "600", use_umask = FALSE)
  # The draft of a large write is looked at while it grows.
  out <- rscript(c(
    sprintf("path <- %s", deparse(path)),
    "fw_write(raw(1), path)",
    "seen <- tempfile()",
    paste0(
      "system(sprintf(\"(for k in $(seq 200); do find %s -type f ! -name file -printf '%%m\\\\n'; ",
      "done > %s; touch %s.end) &\", dirname(path), seen, seen))"
    ),
    "while (!file.exists(paste0(seen, '.end'))) fw_write(raw(2e7), path)",
    "cat(length(readLines(seen)) > 0, unique(readLines(seen)))"
  ))
  expect_identical(tail(out, 1), "TRUE 600")
})

test_that("set-user-ID is kept for its owner", {
  path <- file.path(scratch(), "file")
  fw_write("old", path)
  Sys.chmod(path, "4755", use_umask = FALSE)
  fw_write(raw(1e6), path)
  expect_identical(mode(path), "4755")
})

test_that("root keeps the owner, and whoever may not keep it drops set-user-ID", {
  skip_on_cran()
  skip_if_not(is_root(), "not root")
  need(nzchar(Sys.which("chown")) && nzchar(Sys.which("setpriv")), "chown and setpriv")
  dir <- scratch()
  Sys.chmod(c(tempdir(), dir), "777", use_umask = FALSE)
  path <- file.path(dir, "file")
  fw_write("old", path)
  system2("chown", c("1234:4321", path))
  Sys.chmod(path, "4755", use_umask = FALSE)
  fw_write("new", path)
  expect_identical(owner(path), c(1234L, 4321L))
  expect_identical(mode(path), "4755")
  # As another user, who may write to it and replace it.
  Sys.chmod(path, "6777", use_umask = FALSE)
  script <- file.path(dir, "script.R")
  writeLines(c(
    sprintf(".libPaths(%s)", paste(deparse(.libPaths()), collapse = "")),
    sprintf("fordway::fw_write('newer', %s)", deparse(path))
  ), script)
  system2("setpriv", c(
    "--reuid=65534", "--regid=65534", "--clear-groups", file.path(R.home("bin"), "Rscript"), "--vanilla", script
  ))
  skip_if_not(identical(fw_read(path), charToRaw("newer")), "another user cannot reach the library")
  expect_identical(owner(path), c(65534L, 65534L))
  expect_identical(mode(path), "777")
})

test_that("a target that may not be written to is refused, though its directory may", {
  skip_on_cran()
  dir <- scratch()
  path <- file.path(dir, "file")
  fw_write("old", path)
  Sys.chmod(path, "444", use_umask = FALSE)
  if (!is_root()) {
    expect_code(fw_write("new", path), "not_permitted", path)
    expect_identical(fw_read(path), charToRaw("old"))
    return(invisible())
  }
  need(nzchar(Sys.which("setpriv")), "setpriv")
  Sys.chmod(c(tempdir(), dir), "777", use_umask = FALSE)
  script <- file.path(dir, "script.R")
  writeLines(c(
    sprintf(".libPaths(%s)", paste(deparse(.libPaths()), collapse = "")),
    sprintf("cat(tryCatch(fordway::fw_write('new', %s), fordway_error = function(e) e$code))", deparse(path))
  ), script)
  out <- suppressWarnings(system2("setpriv", c(
    "--reuid=65534", "--regid=65534", "--clear-groups", file.path(R.home("bin"), "Rscript"), "--vanilla", script
  ), stdout = TRUE, stderr = TRUE))
  skip_if(any(grepl("there is no package|cannot open", out)), "another user cannot reach the library")
  expect_identical(tail(out, 1), "not_permitted")
  expect_identical(fw_read(path), charToRaw("old"))
})

# A session that is killed in the middle of a write, perhaps.
kill_while_writing <- function(path, after) {
  suppressWarnings(rscript(c(
    "data <- raw(2e7)",
    sprintf("path <- %s", deparse(path)),
    "fw_write(data, path)",
    sprintf("system(sprintf('(sleep %.2f; kill -KILL %%d) &', Sys.getpid()))", after),
    "repeat fw_write(data, path)"
  )))
}

test_that("what a killed writer left goes with the next write", {
  skip_on_cran()
  path <- file.path(scratch(), "file")
  fw_write("old", path)
  left <- 0
  for (try in 1:20) {
    kill_while_writing(path, 0.02 * try)
    left <- left + length(beside(path))
    expect_true(file.size(path) %in% c(3, 2e7))
    fw_write("old", path)
    expect_identical(beside(path), character())
    if (left > 1 && !is_long()) break
  }
  expect_gt(left, 0)
})

test_that("two writers at once each write the whole file", {
  skip_on_cran()
  skip_on_os("windows")
  path <- file.path(scratch(), "file")
  data <- lapply(1:2, function(k) as.raw(rep(k, 2e6)))
  done <- parallel::mclapply(1:2, function(k) {
    for (n in 1:40) fw_write(data[[k]], path)
    TRUE
  }, mc.cores = 2)
  expect_identical(done, list(TRUE, TRUE))
  expect_true(any(vapply(data, identical, TRUE, fw_read(path))))
  expect_identical(beside(path), character())
})

test_that("pipes and links under a draft's name hold nobody up", {
  skip_on_cran()
  need(nzchar(Sys.which("mkfifo")), "mkfifo")
  dir <- scratch()
  outside <- file.path(scratch(), "outside")
  fw_write("outside", outside)
  path <- file.path(dir, "file")
  # The names are told by what a killed writer leaves.
  for (try in 1:20) {
    kill_while_writing(path, 0.02 * try)
    left <- beside(path)
    if (length(left)) break
  }
  skip_if_not(length(left) > 0, "nothing was left")
  draft <- file.path(dir, left[[1]])
  unlink(draft)
  system2("mkfifo", draft)
  setTimeLimit(elapsed = 5)
  on.exit(setTimeLimit(), add = TRUE)
  fw_write("new", path)
  expect_identical(fw_read(path), charToRaw("new"))
  unlink(draft)
  file.symlink(outside, draft)
  fw_write("newer", path)
  expect_identical(fw_read(path), charToRaw("newer"))
  expect_identical(fw_read(outside), charToRaw("outside"))
})
