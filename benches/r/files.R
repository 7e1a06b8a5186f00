# 64 MB out and in, in a memory file system where there is one and on the disk.

size <- 64e6
data <- as.raw(rep_len(c(0:255, 13, 7), size))

for (place in unique(c(if (dir.exists("/dev/shm")) "/dev/shm", tempdir()))) {
  path <- tempfile("fordway-bench-", place)
  writing <- best(fw_write(data, path))
  reading <- best(read <- fw_read(path))
  stopifnot(identical(read, data))
  where <- if (place == tempdir()) "temporary directory" else "memory"
  figure(paste("fw_write, 64 MB,", where), "%.2f GB/s", size / writing / 1e9)
  figure(paste("fw_read, 64 MB,", where), "%.2f GB/s", size / reading / 1e9)
  own <- best(readBin(path, "raw", size))
  figure(paste("readBin, 64 MB,", where), "%.2f GB/s", size / own / 1e9)
  rm(read)
  unlink(path)
}

# The peak of a session that does nothing else.
if (file.exists("/proc/self/status")) {
  path <- tempfile()
  script <- tempfile(fileext = ".R")
  peak <- "peak <- function() as.numeric(gsub('[^0-9]', '', grep('^VmHWM', readLines('/proc/self/status'), value = TRUE))) / 1024"
  writeLines(c(
    "library(fordway)", peak, "path <- commandArgs(TRUE)[[1]]",
    "fw_write('x', path); start <- peak()",
    "data <- raw(64e6); fw_write(data, path); wrote <- peak() - start",
    "rm(data); invisible(gc()); data <- fw_read(path); read <- peak() - start",
    "cat(wrote / 61, read / 61)"
  ), script)
  out <- system2(file.path(R.home("bin"), "Rscript"), c("--vanilla", script, path), stdout = TRUE)
  ratio <- as.numeric(strsplit(tail(out, 1), " ")[[1]])
  figure("peak memory over the data, 64 MB", "written %.2f times, then read %.2f times", ratio[[1]], ratio[[2]])
  unlink(path)
}
