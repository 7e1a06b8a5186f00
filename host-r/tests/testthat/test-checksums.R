abc <- c(
  md5 = "900150983cd24fb0d6963f7d28e17f72",
  sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d",
  sha224 = "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
  sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
)

test_that("digests are those of the standards", {
  path <- file.path(scratch(), "abc")
  fw_write("abc", path)
  for (algorithm in names(abc)) {
    expect_identical(fw_digest(path, algorithm), abc[[algorithm]])
  }
  expect_identical(nchar(fw_digest(path, "sha384")), 96L)
  expect_identical(nchar(fw_digest(path, "sha512")), 128L)
})

test_that("fw_digest takes many paths, keeps their names and lets NA through", {
  dir <- scratch()
  paths <- file.path(dir, c("a", "b"))
  fw_write("abc", paths[[1]])
  fw_write("", paths[[2]])
  empty <- "da39a3ee5e6b4b0d3255bfef95601890afd80709"
  expect_identical(fw_digest(c(paths, NA)), c(abc[["sha1"]], empty, NA))
  expect_identical(fw_digest(c(x = paths[[1]])), c(x = abc[["sha1"]]))
  expect_identical(fw_digest(character()), character())
  expect_identical(fw_digest(NA), NA_character_)
})

test_that("a file that cannot be read is an error with its path", {
  dir <- scratch()
  fw_write("abc", file.path(dir, "a"))
  expect_code(fw_digest(file.path(dir, c("a", "gone"))), "not_found", file.path(dir, "gone"))
  expect_code(fw_digest(dir), "is_a_directory", dir)
  expect_code(fw_digest("a", "sha3"), "invalid_argument")
  expect_code(fw_digest(1), "invalid_argument")
})

test_that("a report has one row for each listed file", {
  root <- tree()
  report <- fw_verify(root)
  expect_s3_class(report, c("fordway_report", "data.frame"), exact = TRUE)
  expect_named(report, c("path", "status", "expected", "actual", "line", "message"))
  expect_identical(report$path, c("good", "bad", "gone", "dir"))
  expect_identical(levels(report$status), c("ok", "mismatch", "missing", "unreadable"))
  expect_identical(as.character(report$status), levels(report$status))
  expect_identical(report$expected, rep(abc[["sha1"]], 4))
  expect_identical(report$actual, c(abc[["sha1"]], "cb4cc28df0fdbe0ecf9d9662e294b118092a5735", NA, NA))
  expect_identical(report$line, c(1L, 2L, 4L, 5L))
  expect_identical(is.na(report$message), c(TRUE, FALSE, FALSE, FALSE))
  expect_identical(attr(report, "malformed"), 1)
  expect_identical(attr(report, "malformed_lines"), 3L)
  expect_identical(attr(report, "counts"), c(ok = 1, mismatch = 1, missing = 1, unreadable = 1))
  expect_identical(attr(report, "bytes"), 6)
  expect_identical(attr(report, "manifest"), "sha1sum.txt")
  expect_identical(attr(report, "root"), root)
  expect_gt(attr(report, "seconds"), 0)
})

test_that("any number of jobs gives the same report", {
  root <- scratch()
  names <- sprintf("file%03d", 1:100)
  for (name in names) fw_write(name, file.path(root, name))
  digests <- fw_digest(file.path(root, names))
  digests[c(7, 50, 93)] <- digests[[1]]
  unlink(file.path(root, names[c(8, 60)]))
  fw_write(paste0(digests, "  ", names, "\n", collapse = ""), file.path(root, "SHA1SUMS"))
  one <- fw_verify(root, jobs = 1)
  expect_identical(which(one$status == "mismatch"), c(7L, 50L, 93L))
  expect_identical(which(one$status == "missing"), c(8L, 60L))
  for (jobs in c(2, 3, 8, 1e6)) {
    many <- fw_verify(root, jobs = jobs)
    attr(many, "seconds") <- attr(one, "seconds")
    attr(many, "jobs") <- attr(one, "jobs")
    expect_identical(many, one)
  }
})

test_that("a manifest can be named", {
  root <- tree()
  file.rename(file.path(root, "sha1sum.txt"), file.path(root, "list"))
  expect_identical(nrow(fw_verify(root, "list")), 4L)
  expect_code(fw_verify(root), "bad_manifest", root)
  expect_code(fw_verify(root, "gone"), "not_found", "gone")
  expect_code(fw_verify(root, "../list"), "invalid_name")
  expect_code(fw_verify(root, "dir"), "is_a_directory")
})

test_that("nothing to check is an error, never ok", {
  root <- scratch()
  for (text in c("", "# a comment\n", "nonsense\n")) {
    fw_write(text, file.path(root, "sha1sum.txt"))
    expect_code(fw_verify(root), "bad_manifest")
  }
  expect_code(fw_verify(file.path(root, "gone")), "not_found", file.path(root, "gone"))
  expect_code(fw_verify(file.path(root, "sha1sum.txt")), "not_a_directory")
})

test_that("a name that leads out of the root is unreadable", {
  outside <- scratch()
  fw_write("abc", file.path(outside, "file"))
  root <- scratch()
  file.symlink(file.path(outside, "file"), file.path(root, "link"))
  names <- c(file.path("..", basename(outside), "file"), file.path(outside, "file"), "link")
  fw_write(paste0(abc[["sha1"]], "  ", names, "\n", collapse = ""), file.path(root, "sha1sum.txt"))
  expect_identical(as.character(fw_verify(root)$status), rep("unreadable", 3))
})

test_that("progress is shown, if cli is there", {
  skip_if_not_installed("cli")
  root <- tree()
  expect_identical(nrow(suppressMessages(fw_verify(root, progress = TRUE))), 4L)
})

test_that("wrong arguments are refused by name", {
  root <- tree()
  expect_match(conditionMessage(expect_code(fw_verify(NULL), "invalid_argument")), "`root`")
  expect_match(conditionMessage(expect_code(fw_verify(root, 1), "invalid_argument")), "`manifest`")
  for (jobs in list(0, -1, 1.5, NA, "2", 1:2, Inf)) {
    expect_match(conditionMessage(expect_code(fw_verify(root, jobs = jobs), "invalid_argument")), "`jobs`")
  }
  expect_match(conditionMessage(expect_code(fw_verify(root, progress = NA), "invalid_argument")), "`progress`")
})

test_that("an interrupt stops a check and its threads", {
  skip_on_cran()
  skip_if_not(file.exists("/proc/self/task"))
  root <- scratch()
  # Holes cost no disk, and take seconds to hash.
  system2("truncate", c("-s", "3G", shQuote(file.path(root, "large"))))
  fw_write(paste0(abc[["sha1"]], "  large\n"), file.path(root, "sha1sum.txt"))
  out <- rscript(c(
    sprintf("root <- %s", deparse(root)),
    "threads <- function() length(list.files('/proc/self/task'))",
    "fw_add(1, 1)",
    "before <- threads()",
    "system(sprintf('(sleep 0.5; kill -INT %d) &', Sys.getpid()))",
    "start <- Sys.time()",
    "caught <- tryCatch({ fw_verify(root); 'finished' }, interrupt = function(i) 'interrupted')",
    "took <- as.numeric(Sys.time() - start, units = 'secs')",
    "cat(caught, took < 1.5, threads() == before, fw_add(1, 1))"
  ))
  expect_identical(tail(out, 1), "interrupted TRUE TRUE 2")
})
