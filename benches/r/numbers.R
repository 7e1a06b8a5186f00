# Vectors and single calls, against R's own.

x <- runif(1e7)
ours <- best(fw_squares(x))
own <- best(x * x)
figure("fw_squares, 1e7 doubles", "%.0f ms, x * x %.0f ms: %.1f times", ours * 1e3, own * 1e3, ours / own)
rm(x)

calls <- 1e5
adding <- best(for (k in seq_len(calls)) fw_add(1, 2), 3L)
core <- asNamespace("fordway")$core_add
bare <- best(for (k in seq_len(calls)) core(1, 2), 3L)
figure("fw_add, one call", "%.0f ns, of it %.0f ns below R's checks", adding / calls * 1e9, bare / calls * 1e9)

many <- as.numeric(seq_len(1e6))
figure("fw_add, 1e6 in one call", "%.0f ns each", best(fw_add(many, 1), 3L) / 1e6 * 1e9)
