# The vectors that all hosts share: those of the checkout, or the copy that the
# package carries.
vectors <- function() {
  candidates <- c(
    if (!is.null(checkout())) file.path(checkout(), "tests", "vectors.json"),
    system.file("vectors", "vectors.json", package = "fordway")
  )
  found <- candidates[nzchar(candidates) & file.exists(candidates)]
  need(length(found) > 0, "vectors.json")
  need(requireNamespace("jsonlite", quietly = TRUE), "jsonlite")
  text <- rawToChar(fw_read(found[[1]]))
  Encoding(text) <- "UTF-8"
  # R's strings hold no NUL; a private character stands for it until then.
  jsonlite::fromJSON(gsub("\\u0000", "\\ue000", text, fixed = TRUE), simplifyVector = FALSE)
}

nul <- "\ue000"

has_nul <- function(text) grepl(nul, text, fixed = TRUE)

# The bytes of a text with its NULs.
bytes_of <- function(text) {
  pieces <- strsplit(paste0(text, nul), nul, fixed = TRUE)[[1]]
  pieces <- lapply(pieces, function(piece) c(charToRaw(enc2utf8(piece)), as.raw(0)))
  all <- do.call(c, pieces)
  all[-length(all)]
}

# Doubles as the vectors write them.
doubles <- function(texts) as.numeric(as.character(unlist(texts)))

# The recipe for file contents.
content <- function(size) as.raw((31 * (seq_len(size) - 1) + 7) %% 251)

# A code of the contract as R writes it.
code_of <- function(row) gsub("-", "_", row$error)

# Whether R's numbers hold every one of these exactly.
exact <- function(...) all(abs(as.numeric(c(...))) <= 2^53)
