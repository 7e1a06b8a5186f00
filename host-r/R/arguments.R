# Checks and coercions of arguments. Each gives the form that crosses to the
# core, or signals `fordway_error_invalid_argument` with the argument's name.
# A `call` is looked up only when something is wrong.

# Whole numbers that a double holds exactly.
max_whole <- 2^53
min_whole <- -max_whole
max_u32 <- 2^32 - 1

refuse <- function(name, wanted, x, call) {
  abort(
    "invalid_argument",
    sprintf("`%s` must be %s, not %s", name, wanted, described(x)),
    call = call
  )
}

described <- function(x) {
  if (is.null(x)) {
    return("NULL")
  }
  if (is.factor(x)) {
    return("a factor (convert it with as.character() or as.numeric())")
  }
  if (inherits(x, "integer64")) {
    return("an integer64 vector (convert it with as.numeric())")
  }
  if (is.object(x)) {
    return(sprintf("an object of class %s", class(x)[[1L]]))
  }
  kind <- switch(typeof(x),
    double = , integer = "numeric",
    closure = , builtin = , special = return("a function"),
    environment = return("an environment"),
    list = return("a list"),
    typeof(x)
  )
  if (length(x) == 1L && !is.language(x)) {
    if (is.na(x)) {
      return("NA")
    }
    return(sprintf("the %s value %s", kind, format(x, digits = 17L)))
  }
  sprintf("a %s vector of length %s", kind, format(length(x), scientific = FALSE))
}

# A vector that is nothing but NA is logical in R.
is_all_na <- function(x) is.logical(x) && !is.object(x) && all(is.na(x))

as_numbers <- function(x, name, call = sys.call(-1L)) {
  if (is.double(x) && !is.object(x)) {
    return(x)
  }
  if (is.object(x) || !(is.integer(x) || (length(x) && is_all_na(x)))) {
    refuse(name, "a numeric vector", x, call)
  }
  as.double(x)
}

as_whole <- function(x, name, min = min_whole, max = max_whole, call = sys.call(-1L)) {
  x <- as_numbers(x, name, call)
  # One number is looked at here, in less time than a call takes.
  if (length(x) == 1L && !is.na(x) && x >= min && x <= max && x == trunc(x)) {
    return(x)
  }
  at <- reply(core_first_unfit(x, min, max), call = call)
  if (at > 0) {
    refuse_whole(x[[at]], name, min, max, call)
  }
  x
}

refuse_whole <- function(x, name, min, max, call) {
  if (is.infinite(x) || x != trunc(x)) {
    refuse(name, "whole", x, call)
  }
  if (abs(x) <= max_whole) {
    refuse(name, sprintf("between %.0f and %.0f", min, max), x, call)
  }
  abort("too_large", sprintf(
    "`%s` must be between -2^53 and 2^53, not %s: beyond that, doubles skip integers",
    name, format(x, digits = 17L)
  ), call = call)
}

# One whole number, or NA.
as_count <- function(x, name, min = 0, call = sys.call(-1L)) {
  if (length(x) != 1L) {
    refuse(name, "one number", x, call)
  }
  as_whole(x, name, min, max_u32, call)
}

# Strings in UTF-8. Where the locale is UTF-8, or C and says nothing, strings of
# no known encoding are taken for UTF-8; enc2utf8() would rewrite what is not.
#
# Most are in UTF-8 already. The rest goes in blocks, between which R can be
# interrupted.
as_utf8 <- function(x) {
  x <- as.vector(x)
  if (is_utf8(x)) {
    return(x)
  }
  block <- 1e4
  for (start in seq(1, length(x), block)) {
    at <- start:min(start + block - 1, length(x))
    x[at] <- block_as_utf8(x[at])
  }
  x
}

is_utf8 <- function(x) {
  # To ask for the locale takes longer than a look at one string.
  reply(core_is_utf8(x, FALSE)) || (native_is_utf8() && reply(core_is_utf8(x, TRUE)))
}

native_is_utf8 <- function() {
  l10n_info()[["UTF-8"]] || identical(Sys.getlocale("LC_CTYPE"), "C")
}

block_as_utf8 <- function(x) {
  if (native_is_utf8()) {
    Encoding(x[Encoding(x) == "unknown"]) <- "UTF-8"
  }
  enc2utf8(x)
}

as_texts <- function(x, name, call = sys.call(-1L)) {
  if (!is.character(x)) {
    if (!length(x) || !is_all_na(x)) {
      refuse(name, "a character vector", x, call)
    }
    x <- as.character(x)
  }
  x <- as_utf8(x)
  if (!reply(core_is_utf8(x, TRUE), call = call)) {
    abort("invalid_argument", sprintf("`%s` must be valid UTF-8", name), call = call)
  }
  x
}

as_text <- function(x, name, call = sys.call(-1L)) {
  if (!is.character(x) || length(x) != 1L || is.na(x)) {
    refuse(name, "one string", x, call)
  }
  as_texts(x, name, call)
}

# Paths: `~` is expanded, and the answer keeps the user's form as its value and
# the core's as its name.
as_paths <- function(x, name = "path", call = sys.call(-1L)) {
  if (!is.character(x)) {
    if (!length(x) || !is_all_na(x)) {
      refuse(name, "a character vector of paths", x, call)
    }
    x <- as.character(x)
  }
  given <- as_utf8(x)
  wrong <- which(!validUTF8(given))
  if (length(wrong)) {
    path <- iconv(given[[wrong[[1L]]]], "UTF-8", "UTF-8", sub = "byte")
    abort("invalid_name", sprintf("cannot open %s: the name is not UTF-8", quoted(path)),
      path,
      call = call
    )
  }
  stats::setNames(given, as_utf8(path.expand(given)))
}

as_path <- function(x, name = "path", call = sys.call(-1L)) {
  if (!is.character(x) || length(x) != 1L || is.na(x)) {
    refuse(name, "one path", x, call)
  }
  as_paths(x, name, call)
}

# Two vectors at one length: as they are, or one of them a single value.
recycled <- function(a, b, names, call = sys.call(-1L)) {
  if (length(a) != length(b)) {
    if (length(a) == 1L) {
      a <- rep_len(a, length(b))
    } else if (length(b) == 1L) {
      b <- rep_len(b, length(a))
    } else {
      abort("invalid_argument", sprintf(
        "`%s` and `%s` must be of one length, or one of them a single value, not %.0f and %.0f",
        names[[1L]], names[[2L]], length(a), length(b)
      ), call = call)
    }
  }
  list(a, b)
}

as_flag <- function(x, name, call = sys.call(-1L)) {
  if (!is.logical(x) || length(x) != 1L || is.na(x)) {
    refuse(name, "TRUE or FALSE", x, call)
  }
  x
}
