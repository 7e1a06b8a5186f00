# A directory of 256 files of 1 MB, warm: all cores, against a loop over the
# package digest and against the system's sha1sum.

root <- tempfile("fordway-bench-", if (dir.exists("/dev/shm")) "/dev/shm" else tempdir())
dir.create(root)
names <- sprintf("file%03d", 1:256)
paths <- file.path(root, names)
set.seed(1)
base <- as.raw(sample(0:255, 1e6, TRUE))
for (k in 1:256) {
  base[[k]] <- as.raw(255 - as.integer(base[[k]]))
  writeBin(base, paths[[k]])
}
fw_write(paste0(fw_digest(paths), "  ", names, "\n", collapse = ""), file.path(root, "sha1sum.txt"))

report <- fw_verify(root)
stopifnot(summary(report)$ok)
ours <- best(fw_verify(root))
rate <- function(seconds) 256e6 / seconds / 1e9
figure("fw_verify, 256 x 1 MB, all cores", "%.2f s, %.2f GB/s", ours, rate(ours))
one <- best(fw_verify(root, jobs = 1))
figure("fw_verify, one job", "%.2f s, %.2f GB/s", one, rate(one))
if (requireNamespace("digest", quietly = TRUE)) {
  loop <- best(for (path in paths) digest::digest(file = path, algo = "sha1"), 3L)
  figure("digest::digest in a loop", "%.2f s, %.2f GB/s: %.1f times ours", loop, rate(loop), loop / ours)
}
if (nzchar(Sys.which("sha1sum"))) {
  command <- sprintf("cd '%s' && sha1sum -c --quiet sha1sum.txt", root)
  gnu <- best(stopifnot(system(command) == 0))
  figure("sha1sum -c", "%.2f s, %.2f GB/s: %.1f times ours", gnu, rate(gnu), gnu / ours)
}
unlink(root, recursive = TRUE)
