#' fordway: checksums, files and numbers from one WebAssembly component
#'
#' Every function calls one WebAssembly component, which the package carries.
#' The component sees nothing of the machine but what a call hands over: a
#' function that takes the path of a file grants the directory of that file,
#' for that call, read-only unless it writes. A symbolic link that leads out of
#' the directory is refused.
#'
#' Missing values come out where they went in. Whole numbers beyond
#' \ifelse{html}{2^53}{\eqn{2^{53}}} are refused: a double does not hold them
#' exactly. What goes wrong is an R condition with a class of its own; see
#' [conditions].
#'
#' @keywords internal
#' @useDynLib fordway, .registration = TRUE
#' @useDynLib fordway fordway_continue
"_PACKAGE"
