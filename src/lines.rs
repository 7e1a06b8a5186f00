//! From the bytes of a manifest to its rows, a line at a time.

use crate::hash::Algorithm;
use crate::manifest::{MAX_LINE, parse_line, parse_long};
use crate::rows::Rows;

/// How much is kept of the end of a line that is too long: enough for what
/// follows the name in a tagged line.
const TAIL: usize = 256;

/// Reads lines from blocks that end anywhere. It holds one line, and of one
/// that is longer than [`MAX_LINE`] the beginning and the end.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    only: Option<Algorithm>,
    /// Which of the two untagged styles the manifest uses, once that is known.
    reversed: Option<bool>,
    line: u32,
    partial: Vec<u8>,
    /// What does not fit there: its last bytes, and perhaps some more.
    tail: Vec<u8>,
    /// Whether the text starts with a byte order mark, which spoils line 1.
    pub byte_order_mark: bool,
}

impl Lines {
    /// A reader that takes digests of every algorithm, or of one only.
    pub fn new(only: Option<Algorithm>) -> Self {
        Lines { only, ..Lines::default() }
    }

    /// How many lines were taken in.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Takes the next bytes in, up to the first end of a line that is at
    /// `enough` bytes or after; returns how many, and whether that end was met.
    pub fn feed(&mut self, block: &[u8], enough: usize, rows: &mut Rows) -> (usize, bool) {
        let mut at = 0;
        while let Some(length) = find(b'\n', &block[at..]) {
            let line = &block[at..at + length];
            if self.partial.is_empty() && line.len() <= MAX_LINE {
                self.take(line, rows);
            } else {
                self.keep(line);
                self.take_partial(rows);
            }
            at += length + 1;
            if at >= enough {
                return (at, true);
            }
        }
        self.keep(&block[at..]);
        (block.len(), false)
    }

    /// Takes in a last line without its newline.
    pub fn finish(&mut self, rows: &mut Rows) {
        if !self.partial.is_empty() {
            self.take_partial(rows);
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = bytes.len().min(MAX_LINE - self.partial.len());
        let (head, rest) = bytes.split_at(room);
        self.partial.extend_from_slice(head);
        if !rest.is_empty() {
            self.tail.extend_from_slice(&rest[rest.len().saturating_sub(TAIL)..]);
            let more = self.tail.len().saturating_sub(TAIL);
            self.tail.drain(..more);
        }
    }

    fn take_partial(&mut self, rows: &mut Rows) {
        let (mut head, mut tail) =
            (std::mem::take(&mut self.partial), std::mem::take(&mut self.tail));
        if tail.is_empty() {
            self.take(&head, rows);
        } else {
            self.take_long(&head, &tail, rows);
        }
        head.clear();
        tail.clear();
        (self.partial, self.tail) = (head, tail);
    }

    fn take(&mut self, line: &[u8], rows: &mut Rows) {
        self.count(line);
        if line.starts_with(b"#") {
            return;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return;
        }
        match parse_line(line, self.only, &mut self.reversed) {
            Some(row) => rows.push(self.line, row.algorithm, &row.digest, &row.name, true),
            None => rows.malformed.push(self.line),
        }
    }

    fn take_long(&mut self, head: &[u8], tail: &[u8], rows: &mut Rows) {
        self.count(head);
        if head.starts_with(b"#") {
            return;
        }
        let tail = tail.strip_suffix(b"\r").unwrap_or(tail);
        match parse_long(head, tail, self.only, &mut self.reversed) {
            Some((algorithm, digest, name)) => {
                rows.push(self.line, algorithm, &digest, &name, false);
            }
            None => rows.malformed.push(self.line),
        }
    }

    fn count(&mut self, line: &[u8]) {
        self.line = self.line.saturating_add(1);
        if self.line == 1 && line.starts_with(b"\xef\xbb\xbf") {
            self.byte_order_mark = true;
        }
    }
}

/// Where a byte is first, eight bytes at a time.
fn find(byte: u8, text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        // A byte of zero is where borrowing for it turns its high bit on; the
        // first such bit is right, whatever the borrow does to later ones.
        let word = u64::from_le_bytes(*word) ^ (ONES * u64::from(byte));
        let zeros = word.wrapping_sub(ONES) & !word & (ONES << 7);
        if zeros != 0 {
            return Some(8 * at + zeros.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|&other| other == byte)?;
    Some(8 * words.len() + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Entry;
    use proptest::prelude::*;

    const SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

    fn rows_of(text: &[u8], size: usize) -> Rows {
        let (mut lines, mut rows) = (Lines::new(None), Rows::default());
        for block in text.chunks(size) {
            lines.feed(block, usize::MAX, &mut rows);
        }
        lines.finish(&mut rows);
        rows
    }

    #[test]
    fn a_long_line_costs_no_memory() {
        let (mut lines, mut rows) = (Lines::new(None), Rows::default());
        for start in ["", SHA1, "SHA1 (", "#"] {
            lines.feed(start.as_bytes(), usize::MAX, &mut rows);
            for _ in 0..100 {
                lines.feed(&[b' '; 100_000], usize::MAX, &mut rows);
                assert!(lines.partial.capacity() + lines.tail.capacity() <= 2 * MAX_LINE);
            }
            lines.feed(b"\n", usize::MAX, &mut rows);
        }
        assert_eq!(rows.malformed, [1, 3]);
        let Entry { line, name, whole, .. } = rows.entry(0);
        assert_eq!((line, whole), (2, false));
        assert!(name.len() < 300, "{}", name.len());
    }

    #[test]
    fn a_name_that_is_too_long_is_an_entry_and_no_file() {
        let name = "ä".repeat(1 << 19);
        let escaped = "\\n\\\\".repeat(1 << 18);
        for line in [
            format!("{SHA1}  {name}"),
            format!("{SHA1} *{name}\r"),
            format!("{SHA1} {name}"),
            format!("SHA1 ({name}) = {SHA1}"),
            format!("SHA1({name})= {SHA1}\r"),
            format!("\\{SHA1}  {escaped}"),
            format!("\\{SHA1}  x{escaped}"),
            format!("\\SHA1 ({escaped}) = {SHA1}"),
        ] {
            for size in [1 << 16, 4099, usize::MAX] {
                let rows = rows_of(format!("{line}\nhello\n").as_bytes(), size);
                assert_eq!((rows.len(), &rows.malformed[..]), (1, &[2][..]), "{}", &line[..60]);
                let entry = rows.entry(0);
                assert!(!entry.whole && crate::hash::hex(entry.digest) == SHA1);
                let shown = std::str::from_utf8(entry.name).unwrap();
                assert!(shown.ends_with('…') && shown.len() > 150, "{shown}");
            }
        }
        for line in [
            format!("hello {name}"),
            format!("SHA1 ({name}) = {SHA1}0"),
            format!("{}  {name}", &SHA1[1..]),
            format!("\\{SHA1}  \\t{name}"),
        ] {
            let rows = rows_of(line.as_bytes(), 1 << 16);
            assert_eq!((rows.len(), &rows.malformed[..]), (0, &[1][..]), "{}", &line[..60]);
        }
    }

    #[test]
    fn a_line_of_the_longest_length_is_whole() {
        let name = "n".repeat(MAX_LINE - SHA1.len() - 2);
        for size in [7, 4096, usize::MAX] {
            let fits = rows_of(format!("{SHA1}  {name}\n").as_bytes(), size);
            assert!(fits.entry(0).whole && fits.entry(0).name == name.as_bytes());
            let longer = rows_of(format!("{SHA1}  {name}n\n").as_bytes(), size);
            assert!(!longer.entry(0).whole);
        }
    }

    #[test]
    fn lines_stop_where_it_is_enough() {
        let (mut lines, mut rows) = (Lines::new(None), Rows::default());
        let text = b"ab\ncd\nef";
        assert_eq!(lines.feed(text, 0, &mut rows), (3, true));
        assert_eq!(lines.feed(&text[3..], 3, &mut rows), (3, true));
        assert_eq!(lines.feed(&text[6..], 1, &mut rows), (2, false));
        lines.finish(&mut rows);
        assert_eq!((lines.line(), rows.malformed), (3, vec![1, 2, 3]));
    }

    proptest! {
        #[test]
        fn a_byte_is_found_where_it_is_first(
            text in proptest::collection::vec(prop_oneof![0u8..4, any::<u8>()], 0..60),
            byte in 0u8..4,
        ) {
            prop_assert_eq!(find(byte, &text), text.iter().position(|&other| other == byte));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(
            text in proptest::collection::vec(any::<u8>(), 0..300),
            size in 1usize..50,
        ) {
            prop_assert_eq!(rows_of(&text, size), rows_of(&text, usize::MAX));
        }

        #[test]
        fn blocks_of_any_size_read_alike(
            text in "([0-9a-f]{40}  [a-z]{1,5}|#x|bad|)(\r?\n([0-9a-f]{40}  [a-z]{1,5}|#x|bad|)){0,8}",
            size in 1usize..50,
        ) {
            prop_assert_eq!(rows_of(text.as_bytes(), size), rows_of(text.as_bytes(), usize::MAX));
        }
    }
}
