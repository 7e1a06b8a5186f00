//! The system's own words for a cause that WASI has no name for.
//!
//! WASI sums up most of the causes that a system knows as `io`. Its streams
//! carry the host's text besides, which tells them apart.

use crate::error::{Code, Error};

/// The causes that have a code or a sentence here, as Linux, macOS and the
/// standard library of Rust on Windows word them in English.
const KNOWN: [(&str, Code, &str); 7] = [
    ("Input/output error", Code::Io, "the device reports an error"),
    ("Stale file handle", Code::Io, "the file went stale on its network file system"),
    ("Stale NFS file handle", Code::Io, "the file went stale on its network file system"),
    ("Disk quota exceeded", Code::NoSpace, "the disk quota is used up"),
    ("Disc quota exceeded", Code::NoSpace, "the disk quota is used up"),
    ("Read-only file system", Code::NotPermitted, "the file system is read-only"),
    ("Text file busy", Code::Io, "the file is being run as a program"),
];

/// How much of a text that is not known is repeated, in letters.
const MOST: usize = 200;

/// What a host's text for a failure says, if it says anything.
pub fn lift_words(text: &str) -> Option<Error> {
    let line = text.lines().next().unwrap_or_default();
    // The number is the system's, and means something else on another one.
    let words = line.split(" (os error ").next().unwrap_or_default().trim();
    if words.is_empty() {
        return None;
    }
    let known = KNOWN.iter().find(|(known, ..)| *known == words);
    Some(match known {
        Some((_, code, message)) => Error::new(*code, "", *message),
        None => {
            let words: String =
                words.chars().filter(|letter| !letter.is_control()).take(MOST).collect();
            Error::new(Code::Io, "", format!("the system says: {words}"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_have_a_code_and_others_are_repeated() {
        for (text, code, message) in [
            ("Input/output error (os error 5)", Code::Io, "the device reports an error"),
            (
                "Disk quota exceeded (os error 122)\n\nCaused by:\n  x",
                Code::NoSpace,
                "the disk quota is used up",
            ),
            ("Something (os error 9)", Code::Io, "the system says: Something"),
            ("\x1b[31mred", Code::Io, "the system says: [31mred"),
        ] {
            assert_eq!(lift_words(text), Some(Error::new(code, "", message)));
        }
        assert_eq!(lift_words(""), None);
        assert_eq!(lift_words(" (os error 5)"), None);
        assert!(lift_words(&"x".repeat(1_000)).unwrap().message.len() < 300);
    }

    #[test]
    fn what_rust_prints_is_known() {
        let printed = std::io::Error::from_raw_os_error(5).to_string();
        if cfg!(target_os = "linux") {
            assert_eq!(lift_words(&printed).unwrap().message, "the device reports an error");
        }
    }
}
