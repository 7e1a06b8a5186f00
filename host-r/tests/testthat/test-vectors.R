# The rows that every host runs. Not here: `increase` and `shuffle`, which R
# does not offer: its own integers have 32 bits.

test_that("numbers agree with the vectors", {
  rows <- vectors()$numbers
  expect_gt(length(rows$squares), 0)
  for (row in rows$squares) {
    expect_identical(fw_squares(doubles(row$xs)), doubles(row$expect))
  }
  for (row in rows$sqrts) {
    if (is.null(row$error)) {
      expect_identical(
        fw_sqrts(row$n),
        list(heading = row$heading, values = doubles(row$expect))
      )
    } else {
      expect_code(fw_sqrts(row$n), code_of(row))
    }
  }
  for (row in rows$dot) {
    a <- doubles(row$a)
    b <- doubles(row$b)
    if (is.null(row$error)) {
      expect_identical(fw_dot(a, b), doubles(row$expect))
    } else {
      expect_code(fw_dot(a, b), code_of(row))
    }
  }
  for (row in rows$pi) expect_identical(fw_pi(row$n), doubles(row$expect))
})

test_that("the tour agrees with the vectors", {
  rows <- vectors()$tour
  expect_identical(paste0(capture.output(fw_hello()), "\n"), rows$hello)
  expect_identical(paste0(capture.output(fw_greet()), "\n"), rows$greet)
  for (row in rows$add) {
    a <- as.numeric(row$a)
    b <- as.numeric(row$b)
    if (!is.null(row$error)) {
      expect_code(fw_add(a, b), code_of(row))
    } else if (exact(a, b, row$expect)) {
      expect_identical(fw_add(a, b), as.numeric(row$expect))
    } else if (!exact(a, b)) {
      # 2^53 + 1 is 2^53 by the time R has read it; only numbers that still
      # show that they are too large can be refused.
      expect_code(fw_add(a, b), "too_large")
    }
  }
  for (row in rows$`repeat`) {
    if (has_nul(row$s)) next
    if (is.null(row$error)) {
      expect_identical(fw_repeat(row$s, row$n), row$expect)
    } else {
      expect_code(fw_repeat(row$s, row$n), code_of(row))
    }
  }
  for (row in rows$join) {
    expect_identical(fw_join(as.character(unlist(row$words)), row$sep), row$expect)
  }
  for (row in rows$full_name) expect_identical(fw_full_name(row$first, row$last), row$expect)
  for (row in rows$even) {
    n <- as.numeric(row$n)
    if (!exact(n)) {
      expect_code(fw_even(n), "too_large")
    } else if (is.null(row$error)) {
      expect_identical(fw_even(n), row$expect)
    } else {
      expect_identical(conditionMessage(expect_code(fw_even(n), "invalid_argument")), row$error)
    }
  }
  for (row in rows$user_info) {
    expect_identical(fw_user_info(row$name)$info(), row$expect)
  }
})

test_that("files agree with the vectors", {
  all <- vectors()
  dir <- scratch()
  old <- setwd(dir)
  on.exit(setwd(old), add = TRUE)
  dir.create("dir")
  for (row in all$write) {
    fw_write(content(row$size), "data")
    expect_identical(fw_read("data"), content(row$size))
  }
  fw_write("alpha", "a")
  for (row in all$read_errors) expect_code(fw_read(row$path), code_of(row), row$path)
})

test_that("digests agree with the vectors", {
  path <- file.path(scratch(), "data")
  rows <- vectors()$digest
  sizes <- vapply(rows, function(row) row$size, 0)
  for (size in unique(sizes)) {
    fw_write(content(size), path)
    for (row in rows[sizes == size]) {
      expect_identical(fw_digest(path, row$algorithm), row$expect)
    }
  }
})

test_that("manifests agree with the vectors", {
  all <- vectors()
  for (row in all$manifest) {
    root <- scratch()
    dir.create(file.path(root, "dir"))
    for (name in names(all$files)) fw_write(all$files[[name]], file.path(root, name))
    fw_write(bytes_of(row$text), file.path(root, row$name))
    if (!is.null(row$error)) {
      expect_code(fw_verify(root, row$name), code_of(row))
      next
    }
    report <- fw_verify(root, row$name, jobs = 1)
    expect_identical(sum(report$status == "ok"), row$expect$passed, label = row$title)
    expect_identical(attr(report, "bytes"), as.numeric(row$expect$bytes), label = row$title)
    expect_identical(attr(report, "malformed_lines"), as.integer(unlist(row$expect$malformed)), label = row$title)
    wrong <- report[report$status != "ok", ]
    expect_identical(nrow(wrong), length(row$expect$failures), label = row$title)
    for (k in seq_along(row$expect$failures)) {
      failure <- row$expect$failures[[k]]
      expect_identical(wrong$line[[k]], failure$line, label = row$title)
      expect_identical(wrong$path[[k]], gsub(nul, "\ufffd", failure$path, fixed = TRUE), label = row$title)
      expect_identical(as.character(wrong$status[[k]]), failure$reason, label = row$title)
      actual <- if (is.null(failure$actual)) NA_character_ else failure$actual
      expect_identical(wrong$actual[[k]], actual, label = row$title)
    }
  }
})
