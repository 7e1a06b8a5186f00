# Every bench of the R host: Rscript benches/r/all.R
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
for (name in c("helper", "numbers", "files", "verify", "memory")) {
  source(file.path(here, paste0(name, ".R")))
}
