# The blocks of R in a text: for each the lines.
blocks <- function(path) {
  lines <- readLines(path, encoding = "UTF-8")
  starts <- which(lines == "```r")
  lapply(starts, function(start) {
    ends <- which(lines == "```")
    lines[seq(start + 1, ends[ends > start][[1]] - 1)]
  })
}

# What a block prints, as if typed line by line.
printed <- function(lines, env) {
  code <- parse(text = lines[!startsWith(lines, "#>")], keep.source = FALSE)
  unlist(lapply(code, function(expr) {
    capture.output({
      shown <- withVisible(eval(expr, env))
      if (shown$visible) print(shown$value)
    })
  }))
}

test_that("the examples of the README print what it says", {
  above <- checkout()
  skip_if(is.null(above))
  paths <- file.path(above, c("README.md", file.path("host-r", "README.md")))
  for (path in paths[file.exists(paths)]) {
    env <- new.env(parent = globalenv())
    for (lines in blocks(path)) {
      said <- sub("^#> ?", "", lines[startsWith(lines, "#>")])
      expect_identical(as.character(printed(lines, env)), said, label = lines[[1]])
    }
  }
})
