library(testthat)
library(fordway)

test_check("fordway")
