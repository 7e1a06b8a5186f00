# A tour in R: Rscript demo.R
library(fordway)

fw_hello()
fw_greet()

cat("\nFiles, zero bytes and all\n")
path <- tempfile()
fw_write(as.raw(0:255), path)
print(identical(fw_read(path), as.raw(0:255)))

cat("\nA directory checked against its manifest\n")
root <- tempfile()
dir.create(root)
for (name in c("good", "bad")) fw_write(name, file.path(root, name))
digests <- fw_digest(file.path(root, c("good", "bad")))
lines <- paste0(digests, "  ", c("good", "bad"), "\n", collapse = "")
fw_write(lines, file.path(root, "sha1sum.txt"))
fw_write("changed", file.path(root, "bad"))
print(fw_verify(root))

cat("\nNumbers, with R's missing values\n")
print(fw_squares(c(1, 2, NA, Inf)))
print(fw_dot(1:3, 4:6))
print(fw_sqrts(4))

cat("\nTexts and objects\n")
print(fw_full_name("Ada", "Lovelace"))
user <- fw_user_info("Ada")
print(user)
close(user)

cat("\nErrors are conditions\n")
print(tryCatch(fw_read("nope"), fordway_error_not_found = conditionMessage))
