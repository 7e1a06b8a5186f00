//! Manifests: the lines that `sha1sum` and its siblings write and check.
//!
//! Pure: bytes go in, rows come out. The rules are those of `sha1sum --check`
//! in GNU coreutils 9, for all algorithms at once, with these differences, all
//! on the side of caution:
//!
//! - a name that is empty, holds a NUL or is not UTF-8 is never opened;
//! - a manifest whose own name tells the algorithm may hold no other;
//! - a line longer than [`MAX_LINE`] is malformed.

use std::borrow::Cow;

use crate::hash::{Algorithm, Digest};

/// The longest line that is looked at, in bytes. A path of 4,096 bytes, every
/// one escaped, needs about 8,400.
pub const MAX_LINE: usize = 1 << 16;

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
    /// The file's name, unescaped.
    pub name: &'a [u8],
}

/// A manifest, read. Names and digests lie in one piece each, so that a long
/// one costs little more memory than its text.
#[derive(Debug, Default)]
pub struct Manifest {
    rows: Vec<Row>,
    names: Vec<u8>,
    digests: Vec<u8>,
    /// The numbers of the lines that could not be understood, from 1.
    pub malformed: Vec<u32>,
    /// Whether the text starts with a byte order mark, which spoils line 1.
    pub byte_order_mark: bool,
}

#[derive(Debug)]
struct Row {
    line: u32,
    algorithm: Algorithm,
    name_end: usize,
    digest_end: usize,
}

impl Manifest {
    /// How many lines state a digest.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no line states a digest.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The entry at a position, from 0.
    ///
    /// # Panics
    /// If `at` is not below [`len`](Manifest::len).
    pub fn entry(&self, at: usize) -> Entry<'_> {
        let row = &self.rows[at];
        let (name_start, digest_start) = match at.checked_sub(1) {
            None => (0, 0),
            Some(before) => (self.rows[before].name_end, self.rows[before].digest_end),
        };
        Entry {
            line: row.line,
            algorithm: row.algorithm,
            digest: &self.digests[digest_start..row.digest_end],
            name: &self.names[name_start..row.name_end],
        }
    }

    /// The malformed lines that belong to a range of entries: those between
    /// the entry before it and its last one, and at the end all that follow.
    pub fn malformed_in(&self, start: usize, end: usize) -> &[u32] {
        if start >= end {
            return &[];
        }
        let line = |at: usize| self.rows[at].line;
        let before = |line: u32| self.malformed.partition_point(|&bad| bad < line);
        let from = if start == 0 { 0 } else { before(line(start - 1)) };
        let to = if end == self.len() { self.malformed.len() } else { before(line(end - 1)) };
        &self.malformed[from..to]
    }

    fn push(&mut self, line: u32, parsed: &Parsed) {
        self.names.extend_from_slice(&parsed.name);
        self.digests.extend_from_slice(parsed.digest.bytes());
        self.rows.push(Row {
            line,
            algorithm: parsed.algorithm,
            name_end: self.names.len(),
            digest_end: self.digests.len(),
        });
    }
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

/// Reads a manifest block by block. It holds one line at a time.
#[derive(Debug, Default)]
pub struct Parser {
    only: Option<Algorithm>,
    reversed: Option<bool>,
    line: u32,
    partial: Vec<u8>,
    manifest: Manifest,
}

impl Parser {
    /// A parser that takes digests of every algorithm, or of one only.
    pub fn new(only: Option<Algorithm>) -> Self {
        Parser { only, ..Parser::default() }
    }

    /// Takes the next bytes in.
    pub fn feed(&mut self, mut block: &[u8]) {
        while let Some(end) = block.iter().position(|&byte| byte == b'\n') {
            let (head, rest) = block.split_at(end);
            block = &rest[1..];
            if self.partial.is_empty() {
                self.take(head);
            } else {
                self.keep(head);
                let line = std::mem::take(&mut self.partial);
                self.take(&line);
                self.partial = line;
                self.partial.clear();
            }
        }
        self.keep(block);
    }

    /// The manifest. A last line without its newline counts.
    pub fn finish(mut self) -> Manifest {
        if !self.partial.is_empty() {
            let line = std::mem::take(&mut self.partial);
            self.take(&line);
        }
        self.manifest
    }

    /// Keeps the beginning of a line; of one that is too long, just enough to
    /// know that it is.
    fn keep(&mut self, bytes: &[u8]) {
        let room = (MAX_LINE + 1).saturating_sub(self.partial.len());
        self.partial.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn take(&mut self, line: &[u8]) {
        self.line = self.line.saturating_add(1);
        if self.line == 1 && line.starts_with(b"\xef\xbb\xbf") {
            self.manifest.byte_order_mark = true;
        }
        if line.starts_with(b"#") {
            return;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return;
        }
        match parse_line(line, self.only, &mut self.reversed) {
            Some(parsed) => self.manifest.push(self.line, &parsed),
            None => self.manifest.malformed.push(self.line),
        }
    }
}

/// Reads a whole manifest.
pub fn parse(text: &[u8], only: Option<Algorithm>) -> Manifest {
    let mut parser = Parser::new(only);
    parser.feed(text);
    parser.finish()
}

struct Parsed<'a> {
    algorithm: Algorithm,
    digest: Digest,
    name: Cow<'a, [u8]>,
}

/// One line, without its end. None if it is malformed.
///
/// `reversed` holds which of the two untagged styles the manifest uses, once
/// a line has shown it: names that begin with a blank would otherwise mean two
/// things.
fn parse_line<'a>(
    line: &'a [u8],
    only: Option<Algorithm>,
    reversed: &mut Option<bool>,
) -> Option<Parsed<'a>> {
    if line.len() > MAX_LINE {
        return None;
    }
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
    (!name.is_empty()).then_some(Parsed { algorithm, digest, name })
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
    use proptest::prelude::*;

    const SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

    #[test]
    fn a_long_line_is_malformed_and_costs_no_memory() {
        let mut parser = Parser::new(None);
        for _ in 0..100 {
            parser.feed(&[b'a'; 100_000]);
            assert!(parser.partial.capacity() <= 2 * MAX_LINE + 2);
        }
        parser.feed(format!("\n{SHA1}  name\n").as_bytes());
        let manifest = parser.finish();
        assert_eq!(manifest.malformed, [1]);
        assert_eq!(manifest.entry(0).line, 2);
    }

    #[test]
    fn a_line_of_the_longest_length_is_read() {
        let name = "n".repeat(MAX_LINE - SHA1.len() - 2);
        let fits = parse(format!("{SHA1}  {name}\n").as_bytes(), None);
        assert_eq!(fits.len(), 1);
        let longer = parse(format!("{SHA1}  {name}n\n").as_bytes(), None);
        assert_eq!(longer.malformed, [1]);
    }

    #[test]
    fn a_name_tells_the_algorithm() {
        assert_eq!(algorithm_of_name("sha1sum.txt"), Some(Algorithm::Sha1));
        assert_eq!(algorithm_of_name("x/SHA256SUMS.gpg"), Some(Algorithm::Sha256));
        assert_eq!(algorithm_of_name("CHECKSUM"), None);
        assert_eq!(algorithm_of_name("sha1.txt"), None);
    }

    #[test]
    fn malformed_lines_belong_to_exactly_one_range() {
        let text = format!("bad\n{SHA1}  a\nbad\nbad\n{SHA1}  b\n{SHA1}  c\nbad\n");
        let manifest = parse(text.as_bytes(), None);
        assert_eq!(manifest.malformed, [1, 3, 4, 7]);
        assert_eq!(manifest.malformed_in(0, 1), [1]);
        assert_eq!(manifest.malformed_in(1, 2), [3, 4]);
        assert_eq!(manifest.malformed_in(2, 3), [7]);
        assert_eq!(manifest.malformed_in(0, 3), [1, 3, 4, 7]);
        assert_eq!(manifest.malformed_in(1, 1), [0u32; 0]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            let manifest = parse(&text, None);
            for at in 0..manifest.len() {
                prop_assert!(!manifest.entry(at).name.is_empty());
            }
        }

        #[test]
        fn what_is_written_is_read_back(
            name in "[^\0]{1,12}|[ *\\\\\n\r()=#a]{1,8}",
            digest in proptest::collection::vec(any::<u8>(), 20),
            tagged in any::<bool>(),
        ) {
            let line = line(Algorithm::Sha1, &name, &hex(&digest), tagged);
            let manifest = parse(line.as_bytes(), None);
            prop_assert_eq!(manifest.len(), 1);
            prop_assert_eq!(manifest.entry(0).name, name.as_bytes());
            prop_assert_eq!(manifest.entry(0).digest, &digest[..]);
        }

        #[test]
        fn blocks_of_any_size_read_alike(
            text in "([0-9a-f]{40}  [a-z]{1,5}|#x|bad|)(\r?\n([0-9a-f]{40}  [a-z]{1,5}|#x|bad|)){0,8}",
            size in 1usize..50,
        ) {
            let whole = parse(text.as_bytes(), None);
            let mut parser = Parser::new(None);
            for block in text.as_bytes().chunks(size) {
                parser.feed(block);
            }
            let pieces = parser.finish();
            prop_assert_eq!(&whole.malformed, &pieces.malformed);
            prop_assert_eq!(whole.len(), pieces.len());
            for at in 0..whole.len() {
                prop_assert_eq!(whole.entry(at), pieces.entry(at));
            }
        }
    }
}
