//! Manifests: the lines that `sha1sum` and its siblings write and check.
//!
//! Pure: bytes go in, rows come out. The rules are those of `sha1sum --check`
//! in GNU coreutils 9, for all algorithms at once, with these differences, all
//! on the side of caution:
//!
//! - a name that is empty, holds a NUL or is not UTF-8 is never opened, nor is
//!   one that makes its line longer than [`MAX_LINE`];
//! - a manifest whose own name tells the algorithm may hold no other.

use std::borrow::Cow;

use crate::hash::{Algorithm, Digest};

/// The longest line that is kept, in bytes. A path of 4,096 bytes, every one
/// escaped, needs about 8,400.
pub const MAX_LINE: usize = 1 << 16;

/// How much is kept of a name that makes its line longer than that, in bytes.
const BEGINNING: usize = 200;

/// The names that are looked for in a root, in this order.
pub const USUAL_NAMES: [&str; 13] = [
    "sha1sum.txt",
    "sha256sum.txt",
    "sha512sum.txt",
    "sha384sum.txt",
    "sha224sum.txt",
    "md5sum.txt",
    "SHA1SUMS",
    "SHA256SUMS",
    "SHA512SUMS",
    "SHA384SUMS",
    "SHA224SUMS",
    "MD5SUMS",
    "CHECKSUM",
];

/// The algorithm that a manifest's own name tells: `sha1sum.txt`, `SHA256SUMS`.
pub fn algorithm_of_name(name: &str) -> Option<Algorithm> {
    let last = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let tells = |algorithm: &Algorithm| {
        let rest = last.strip_prefix(algorithm.name());
        rest.is_some_and(|rest| rest.starts_with("sum"))
    };
    Algorithm::ALL.into_iter().find(tells)
}

/// A line that states the digest of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The line's number, from 1.
    pub line: u32,
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The digest stated.
    pub digest: &'a [u8],
    /// The file's name, unescaped; of one that is too long the beginning, and
    /// an ellipsis.
    pub name: &'a [u8],
    /// Whether that is the whole name.
    pub whole: bool,
}

/// The line that states a digest, newline included, as GNU coreutils write it:
/// `HEX  name`, or `SHA1 (name) = HEX` if `tagged`; escaped if it must be.
pub fn line(algorithm: Algorithm, name: &str, digest: &str, tagged: bool) -> String {
    let escape = name.contains(['\\', '\n', '\r']);
    let slash = if escape { "\\" } else { "" };
    let name = if escape { escaped(name) } else { name.to_owned() };
    if tagged {
        format!("{slash}{} ({name}) = {digest}\n", algorithm.tag())
    } else {
        format!("{slash}{digest}  {name}\n")
    }
}

/// A name with backslash, newline and carriage return written as escapes.
pub fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

/// What a line says.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The digest stated.
    pub digest: Digest,
    /// The file's name, unescaped.
    pub name: Cow<'a, [u8]>,
}

/// A line of which the middle is not there: `head` is its beginning and `tail`
/// its end. None if it is malformed, as far as can be seen.
///
/// A name that long names no file. So that it is still seen to be stated, only
/// its beginning is given back.
pub fn parse_long(
    head: &[u8],
    tail: &[u8],
    only: Option<Algorithm>,
    reversed: &mut Option<bool>,
) -> Option<(Algorithm, Digest, Vec<u8>)> {
    // An escape that the seam cuts in two would be no fault of the line's.
    let escapes = head.iter().rev().take_while(|&&byte| byte == b'\\').count();
    let line = [&head[..head.len() - escapes], b"_", skip_escape(tail)].concat();
    let parsed = parse_line(&line, only, reversed)?;
    let mut name = parsed.name.into_owned();
    name.truncate(BEGINNING);
    // Not in the middle of a letter.
    if let Err(error) = std::str::from_utf8(&name)
        && error.error_len().is_none()
    {
        name.truncate(error.valid_up_to());
    }
    name.extend_from_slice("…".as_bytes());
    Some((parsed.algorithm, parsed.digest, name))
}

/// What follows an escape that may have been cut in two at the beginning.
fn skip_escape(tail: &[u8]) -> &[u8] {
    let at = tail.iter().position(|byte| !matches!(byte, b'\\' | b'n' | b'r'));
    at.map_or(&[], |at| &tail[at..])
}

/// One line, without its end. None if it is malformed. An empty name is well
/// formed, as GNU has it, though no file has one.
///
/// `reversed` holds which of the two untagged styles the manifest uses, once
/// a line has shown it: names that begin with a blank would otherwise mean two
/// things.
pub fn parse_line<'a>(
    line: &'a [u8],
    only: Option<Algorithm>,
    reversed: &mut Option<bool>,
) -> Option<Parsed<'a>> {
    let line = skip_blanks(line);
    let (escaped, line) = match line.strip_prefix(b"\\") {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let (algorithm, digest, name) = match tag(line) {
        Some((algorithm, rest)) => {
            let (digits, name) = tagged(rest)?;
            (algorithm, digits, name)
        }
        None => untagged(line, only, reversed)?,
    };
    if only.is_some_and(|only| only != algorithm) {
        return None;
    }
    let digest = Digest::parse(digest, algorithm.size())?;
    let name = if escaped { Cow::Owned(unescape(name)?) } else { Cow::Borrowed(name) };
    Some(Parsed { algorithm, digest, name })
}

/// How lines are tagged by GNU and BSD, and for SHA-2 also by OpenSSL.
const TAGS: [(&str, Algorithm); 10] = [
    ("MD5", Algorithm::Md5),
    ("SHA1", Algorithm::Sha1),
    ("SHA224", Algorithm::Sha224),
    ("SHA256", Algorithm::Sha256),
    ("SHA384", Algorithm::Sha384),
    ("SHA512", Algorithm::Sha512),
    ("SHA2-224", Algorithm::Sha224),
    ("SHA2-256", Algorithm::Sha256),
    ("SHA2-384", Algorithm::Sha384),
    ("SHA2-512", Algorithm::Sha512),
];

/// The tag at the start of a line, and what follows its optional blank.
fn tag(line: &[u8]) -> Option<(Algorithm, &[u8])> {
    TAGS.into_iter().find_map(|(tag, algorithm)| {
        let rest = line.strip_prefix(tag.as_bytes())?;
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        rest.starts_with(b"(").then_some((algorithm, rest))
    })
}

/// `(name) = HEX`, split at the last parenthesis.
fn tagged(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let name = rest.strip_prefix(b"(")?;
    let close = name.iter().rposition(|&byte| byte == b')')?;
    let (name, rest) = name.split_at(close);
    let digits = skip_blanks(&rest[1..]).strip_prefix(b"=")?;
    Some((skip_blanks(digits), name))
}

/// `HEX  name`, `HEX *name` or `HEX name`.
fn untagged<'a>(
    line: &'a [u8],
    only: Option<Algorithm>,
    reversed: &mut Option<bool>,
) -> Option<(Algorithm, &'a [u8], &'a [u8])> {
    let length = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (digits, rest) = line.split_at(length);
    let algorithm = Algorithm::from_size(length / 2).filter(|_| length.is_multiple_of(2))?;
    // A line of another algorithm does not fix the style.
    if only.is_some_and(|only| only != algorithm) {
        return None;
    }
    let (blank, rest) = rest.split_first()?;
    if !is_blank(*blank) || rest.is_empty() {
        return None;
    }
    if rest.len() == 1 || !matches!(rest[0], b' ' | b'*') {
        if *reversed == Some(false) {
            return None;
        }
        *reversed = Some(true);
        return Some((algorithm, digits, rest));
    }
    if *reversed == Some(true) {
        return Some((algorithm, digits, rest));
    }
    *reversed = Some(false);
    Some((algorithm, digits, &rest[1..]))
}

/// A name with `\\`, `\n` and `\r` resolved. None for any other escape.
fn unescape(name: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(name.len());
    let mut bytes = name.iter();
    while let Some(&byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => match bytes.next()? {
                b'\\' => b'\\',
                b'n' => b'\n',
                b'r' => b'\r',
                _ => return None,
            },
            byte => byte,
        });
    }
    Some(plain)
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|&&byte| is_blank(byte)).count();
    &text[blanks..]
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hex;
    use crate::lines::Lines;
    use crate::rows::Rows;
    use proptest::prelude::*;

    fn rows(text: &[u8]) -> Rows {
        let (mut lines, mut rows) = (Lines::new(None), Rows::default());
        lines.feed(text, usize::MAX, &mut rows);
        lines.finish(&mut rows);
        rows
    }

    const SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

    #[test]
    fn a_name_tells_the_algorithm() {
        assert_eq!(algorithm_of_name("sha1sum.txt"), Some(Algorithm::Sha1));
        assert_eq!(algorithm_of_name("x/SHA256SUMS.gpg"), Some(Algorithm::Sha256));
        assert_eq!(algorithm_of_name("CHECKSUM"), None);
        assert_eq!(algorithm_of_name("sha1.txt"), None);
    }

    #[test]
    fn an_empty_name_is_well_formed() {
        let rows = rows(format!("SHA1 () = {SHA1}\n").as_bytes());
        assert_eq!((rows.len(), rows.entry(0).name), (1, &b""[..]));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            name in "[^\0]{1,12}|[ *\\\\\n\r()=#a]{1,8}",
            digest in proptest::collection::vec(any::<u8>(), 20),
            tagged in any::<bool>(),
        ) {
            let line = line(Algorithm::Sha1, &name, &hex(&digest), tagged);
            let rows = rows(line.as_bytes());
            prop_assert_eq!(rows.len(), 1);
            prop_assert_eq!(rows.entry(0).name, name.as_bytes());
            prop_assert_eq!(rows.entry(0).digest, &digest[..]);
        }
    }
}
