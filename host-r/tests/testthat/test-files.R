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
  # A limit on the size of files stands in for a full disk.
  need(nzchar(Sys.which("sh")), "sh")
  path <- file.path(scratch(), "file")
  fw_write("old", path)
  script <- sprintf(
    ".libPaths(%s); cat(tryCatch(fordway::fw_write(raw(1e6), '%s'), fordway_error = function(e) e$code))",
    paste(deparse(.libPaths()), collapse = ""), path
  )
  command <- paste(
    "trap '' XFSZ; ulimit -f 64;", shQuote(file.path(R.home("bin"), "Rscript")),
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
