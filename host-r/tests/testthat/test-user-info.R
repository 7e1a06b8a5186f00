test_that("a user tells about itself", {
  user <- fw_user_info("Alice")
  expect_identical(typeof(user), "externalptr")
  expect_identical(fw_info(user), "User \"Alice\" has 5 letters in their name")
  expect_identical(user$info(), fw_info(user))
  expect_identical(capture.output(print(user)), paste("<fordway_user_info>", fw_info(user)))
  expect_match(fw_user_info("\u00fc\U1f600")$info(), "has 2 letters")
})

test_that("a closed user is a clear condition", {
  user <- fw_user_info("Alice")
  expect_invisible(close(user))
  expect_match(conditionMessage(expect_code(fw_info(user), "closed")), "closed")
  expect_code(user$info(), "closed")
  expect_code(print(user), "closed")
  expect_null(close(user))
  other <- fw_user_info("Bob")
  other$close()
  expect_code(other$info(), "closed")
})

test_that("a user that was saved and loaded is closed", {
  path <- file.path(scratch(), "user")
  saveRDS(fw_user_info("Alice"), path)
  user <- readRDS(path)
  expect_code(fw_info(user), "closed")
  expect_null(close(user))
})

test_that("a user is freed in the core when R lets go of it", {
  live <- function() fordway:::core_user_live()
  gc()
  before <- live()
  users <- lapply(1:100, function(k) fw_user_info("Alice"))
  expect_identical(live(), before + 100)
  close(users[[1]])
  expect_identical(live(), before + 99)
  rm(users)
  gc()
  expect_identical(live(), before)
})

test_that("wrong arguments are refused by name", {
  for (wrong in list(NULL, 1, NA_character_, character(), c("a", "b"))) {
    expect_match(conditionMessage(expect_code(fw_user_info(wrong), "invalid_argument")), "`name`")
  }
  expect_code(fw_info(1), "invalid_argument")
  expect_code(fw_user_info("Alice")$name, "invalid_argument")
})
