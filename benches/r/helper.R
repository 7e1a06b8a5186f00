# What the benches share: time, memory, and one line a figure.

library(fordway)

# The fastest of several runs, in seconds.
best <- function(expr, times = 5L) {
  expr <- substitute(expr)
  env <- parent.frame()
  runs <- vapply(seq_len(times), function(k) {
    gc(FALSE)
    start <- proc.time()[["elapsed"]]
    eval(expr, env)
    proc.time()[["elapsed"]] - start
  }, 0)
  min(runs)
}

# A line of /proc/self/status in MB, or NA where there is none.
status_mb <- function(field) {
  if (!file.exists("/proc/self/status")) return(NA_real_)
  line <- grep(paste0("^", field, ":"), readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}

resident <- function() {
  gc(FALSE)
  status_mb("VmRSS")
}

figure <- function(name, text, ...) cat(sprintf("%-44s %s\n", name, sprintf(text, ...)))
