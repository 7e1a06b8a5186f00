//! A manifest as a list that is read again where it is needed.
//!
//! Of a list of millions, only an index stays in memory: where each block of
//! lines begins, what stands before it, and a hash of its bytes. What is read
//! again must be what was read at first.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hasher as _};
use std::rc::Rc;

use crate::error::{Code, Error};
use crate::fs::File;
use crate::hash::{Algorithm, hex};
use crate::lines::Lines;
use crate::manifest::Entry;
use crate::rows::Rows;

/// The largest manifest that is read, in bytes.
pub const MAX_MANIFEST: u64 = 1 << 30;

/// How many numbers of malformed lines are told of at most.
pub const MAX_MALFORMED: usize = 1_000;

/// How many bytes of lines make a block, at least. One is in memory at a time;
/// it holds some 2,000 lines as they usually are.
const BLOCK: u64 = 1 << 17;

/// A manifest that was read once and stays open.
#[derive(Debug)]
pub struct Listing {
    file: File,
    marks: Vec<Mark>,
    size: u64,
    entries: u32,
    malformed: u64,
    fingerprint: String,
    byte_order_mark: bool,
    /// The block that was read last, with its position.
    last: RefCell<Option<(usize, Rc<Rows>)>>,
}

/// The beginning of a block: whole lines.
#[derive(Clone, Debug)]
struct Mark {
    /// Where it begins, in bytes.
    offset: u64,
    /// The position of its first entry.
    first: u32,
    /// How many entries it holds.
    entries: u32,
    /// How many malformed lines follow the last of them.
    trailing: u32,
    /// A hash of its bytes.
    hash: u64,
    /// The reader of lines as it was before them.
    before: Lines,
}

/// Some entries that follow each other, with the malformed lines among them.
#[derive(Debug)]
pub struct Piece {
    /// The position of the first entry.
    pub start: usize,
    /// The position after the last; the same where only malformed lines are.
    pub end: usize,
    /// How many malformed lines belong to these entries: those before each of
    /// them, and those after the last entry of all.
    pub malformed: u64,
    /// The numbers of the first of them.
    pub malformed_lines: Vec<u32>,
    /// The rows of the block, and the position of the first of them there.
    rows: Result<(Rc<Rows>, usize), Error>,
    /// The number of the first line that may hold an entry of these.
    line: u32,
}

impl Piece {
    /// The entries, in order. Fails if the manifest is not what it was.
    pub fn entries(&self) -> Result<impl ExactSizeIterator<Item = Entry<'_>>, Error> {
        let (rows, first) = self.rows.as_ref().map_err(Error::clone)?;
        Ok((*first..first + (self.end - self.start)).map(|at| rows.entry(at)))
    }

    /// The number of a line near the entry at a position, where the manifest
    /// does not tell any more.
    pub fn line_near(&self, at: usize) -> u32 {
        self.line.saturating_add((at - self.start) as u32)
    }
}

impl Listing {
    /// Reads a manifest to its end, for digests of every algorithm or of one
    /// only.
    pub fn read(mut file: File, only: Option<Algorithm>) -> Result<Listing, Error> {
        let mut index = Index::new(Lines::new(only));
        let mut hasher = Algorithm::Sha256.hasher();
        loop {
            let block = file.read()?;
            if block.is_empty() {
                break;
            }
            file.read_ahead();
            if index.size + block.len() as u64 > MAX_MANIFEST {
                let why = format!("is larger than {MAX_MANIFEST} bytes, too large for a manifest");
                return Err(Error::too_large(why));
            }
            hasher.update(&block);
            index.take(&block);
        }
        Ok(index.finish(file, hex(&hasher.finish())))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries as usize
    }

    /// Whether no line states a digest.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// How many lines could not be understood.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    /// The SHA-256 digest of the whole.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whether the text starts with a byte order mark, which spoils line 1.
    pub fn has_byte_order_mark(&self) -> bool {
        self.byte_order_mark
    }

    /// The entries in a range of positions, a piece at a time.
    pub fn pieces(&self, start: usize, end: usize) -> Pieces<'_> {
        let end = end.min(self.len());
        // The lines before an entry may end the block before its own.
        let at = self.marks.partition_point(|mark| mark.end() < start);
        Pieces { listing: self, at, start, end, malformed: 0, malformed_lines: Vec::new() }
    }

    /// Gives every entry in a range of positions to `visit`. Fails if the
    /// manifest is not what it was; entries before that place were given.
    pub fn each(
        &self,
        start: usize,
        end: usize,
        visit: &mut dyn FnMut(Entry),
    ) -> Result<(), Error> {
        for piece in self.pieces(start, end) {
            piece.entries()?.for_each(&mut *visit);
        }
        Ok(())
    }

    /// The rows of a block, if it is what it was.
    fn rows(&self, at: usize) -> Result<Rc<Rows>, Error> {
        let mut last = self.last.borrow_mut();
        if let Some((found, rows)) = &*last
            && *found == at
        {
            return Ok(Rc::clone(rows));
        }
        // First the old one goes.
        *last = None;
        let rows = Rc::new(self.reread(at)?);
        *last = Some((at, Rc::clone(&rows)));
        Ok(rows)
    }

    fn reread(&self, at: usize) -> Result<Rows, Error> {
        let mark = &self.marks[at];
        let end = self.marks.get(at + 1).map_or(self.size, |next| next.offset);
        let (mut lines, mut rows) = (mark.before.clone(), Rows::default());
        let mut hasher = DefaultHasher::new();
        let mut offset = mark.offset;
        while offset < end {
            let block = self.file.read_at(offset, end - offset)?;
            if block.is_empty() {
                return Err(changed());
            }
            offset += block.len() as u64;
            hasher.write(&block);
            lines.feed(&block, usize::MAX, &mut rows);
        }
        if offset != end || hasher.finish() != mark.hash {
            return Err(changed());
        }
        lines.finish(&mut rows);
        if rows.len() != mark.entries as usize {
            return Err(changed());
        }
        Ok(rows)
    }
}

impl Mark {
    /// The position after its last entry.
    fn end(&self) -> usize {
        self.first as usize + self.entries as usize
    }
}

/// The manifest is not what it was when it was opened.
fn changed() -> Error {
    Error::new(Code::Io, "", "the manifest changed while it was checked")
}

/// The index in the making.
struct Index {
    lines: Lines,
    rows: Rows,
    marks: Vec<Mark>,
    /// How many bytes were taken in.
    size: u64,
    /// The block at work: its mark, of which the counts are still to come.
    mark: Mark,
    hasher: DefaultHasher,
    malformed: u64,
}

impl Index {
    fn new(lines: Lines) -> Index {
        let before = lines.clone();
        let mark = Mark { offset: 0, first: 0, entries: 0, trailing: 0, hash: 0, before };
        Index {
            lines,
            rows: Rows::default(),
            marks: Vec::new(),
            size: 0,
            mark,
            hasher: DefaultHasher::new(),
            malformed: 0,
        }
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let enough = BLOCK.saturating_sub(self.size - self.mark.offset) as usize;
            let (taken, full) = self.lines.feed(bytes, enough, &mut self.rows);
            self.hasher.write(&bytes[..taken]);
            self.size += taken as u64;
            bytes = &bytes[taken..];
            if full {
                self.cut();
            }
        }
    }

    /// Ends the block at work.
    fn cut(&mut self) {
        let rows = &self.rows;
        self.mark.entries = rows.len() as u32;
        self.mark.trailing = rows.malformed_before(rows.len()).len() as u32;
        self.mark.hash = self.hasher.finish();
        self.malformed += rows.malformed.len() as u64;
        let next = Mark {
            offset: self.size,
            first: self.mark.first + self.mark.entries,
            entries: 0,
            trailing: 0,
            hash: 0,
            before: self.lines.clone(),
        };
        self.marks.push(std::mem::replace(&mut self.mark, next));
        self.hasher = DefaultHasher::new();
        self.rows.clear();
    }

    fn finish(mut self, file: File, fingerprint: String) -> Listing {
        let Index { lines, rows, .. } = &mut self;
        lines.finish(rows);
        if self.size > self.mark.offset {
            self.cut();
        }
        Listing {
            file,
            entries: self.mark.first,
            marks: self.marks,
            size: self.size,
            malformed: self.malformed,
            fingerprint,
            byte_order_mark: self.lines.byte_order_mark,
            last: RefCell::new(None),
        }
    }
}

/// The pieces of a range: as much of each block as lies in it.
#[derive(Debug)]
pub struct Pieces<'a> {
    listing: &'a Listing,
    /// The block that is next.
    at: usize,
    start: usize,
    end: usize,
    /// Malformed lines whose entry is still to come: how many, and the first.
    malformed: u64,
    malformed_lines: Vec<u32>,
}

impl Pieces<'_> {
    /// The part of a block that lies in the range: positions of entries.
    fn part(&self, mark: &Mark) -> (usize, usize) {
        (self.start.max(mark.first as usize), self.end.min(mark.end()))
    }

    fn count(&mut self, lines: &[u32]) {
        self.malformed += lines.len() as u64;
        let room = MAX_MALFORMED - self.malformed_lines.len();
        self.malformed_lines.extend(lines.iter().take(room));
    }

    /// Counts what follows the last entry of a block.
    fn count_trailing(&mut self, at: usize) {
        let trailing = u64::from(self.listing.marks[at].trailing);
        if trailing == 0 {
            return;
        }
        if self.malformed_lines.len() < MAX_MALFORMED
            && let Ok(rows) = self.listing.rows(at)
        {
            return self.count(rows.malformed_before(rows.len()));
        }
        self.malformed += trailing;
    }

    /// A piece with the malformed lines that were counted.
    fn piece(
        &mut self,
        start: usize,
        end: usize,
        rows: Result<(Rc<Rows>, usize), Error>,
        line: u32,
    ) -> Piece {
        let malformed_lines = std::mem::take(&mut self.malformed_lines);
        let malformed = std::mem::take(&mut self.malformed);
        Piece { start, end, malformed, malformed_lines, rows, line }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if self.start >= self.end {
            return None;
        }
        let listing = self.listing;
        let last = self.end == listing.len();
        while let Some(mark) = listing.marks.get(self.at) {
            if mark.first as usize >= self.end && !last {
                return None;
            }
            let at = self.at;
            self.at += 1;
            let (start, end) = self.part(mark);
            if start >= end {
                self.count_trailing(at);
                continue;
            }
            let first = mark.first as usize;
            let rows = listing.rows(at);
            if let Ok(rows) = &rows {
                (start..end).for_each(|entry| self.count(rows.malformed_before(entry - first)));
            }
            let line = mark.before.line() + (start - first) as u32 + 1;
            let piece = self.piece(start, end, rows.map(|rows| (rows, start - first)), line);
            self.count_trailing(at);
            return Some(piece);
        }
        // What follows the last entry belongs to it.
        (last && self.malformed > 0)
            .then(|| self.piece(self.end, self.end, Ok((Rc::default(), 0)), 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::Dir;
    use proptest::prelude::*;
    use std::fs;

    const SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

    fn listing(text: &str) -> (tempfile::TempDir, Listing) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("list"), text).unwrap();
        let root = Dir::open_root(dir.path().to_str().unwrap()).unwrap();
        let listing = Listing::read(root.open("list").unwrap(), None).unwrap();
        (dir, listing)
    }

    /// Lines and names of entries in a range, and malformed lines and their number.
    fn found(listing: &Listing, start: usize, end: usize) -> (Vec<(u32, String)>, Vec<u32>, u64) {
        let (mut entries, mut malformed, mut count) = (Vec::new(), Vec::new(), 0);
        let mut next = start;
        for piece in listing.pieces(start, end) {
            assert_eq!(piece.start, next);
            assert_eq!(piece.entries().unwrap().len(), piece.end - piece.start);
            next = piece.end;
            for entry in piece.entries().unwrap() {
                entries.push((entry.line, String::from_utf8(entry.name.to_vec()).unwrap()));
            }
            malformed.extend(&piece.malformed_lines);
            count += piece.malformed;
        }
        assert!(entries.is_empty() || next == end.min(listing.len()));
        (entries, malformed, count)
    }

    #[test]
    fn malformed_lines_belong_to_exactly_one_range() {
        let text = format!("bad\n{SHA1}  a\nbad\nbad\n{SHA1}  b\n{SHA1}  c\nbad\n");
        let (_dir, listing) = listing(&text);
        let malformed = |start, end| found(&listing, start, end).1;
        assert_eq!(listing.malformed(), 4);
        assert_eq!(malformed(0, 1), [1]);
        assert_eq!(malformed(1, 2), [3, 4]);
        assert_eq!(malformed(2, 3), [7]);
        assert_eq!(malformed(0, 3), [1, 3, 4, 7]);
        assert_eq!(malformed(1, 1), [0u32; 0]);
    }

    #[test]
    fn a_list_of_many_blocks_is_read_in_any_ranges() {
        let mut text = String::new();
        let mut expected = Vec::new();
        for line in 1..=20_000u32 {
            if line % 7 == 0 || (6_000..9_000).contains(&line) {
                text += &"bad ".repeat(line as usize % 50);
                text += "bad\n";
            } else {
                expected.push((line, format!("name{line}")));
                text += &format!("{SHA1}  name{line}\n");
            }
        }
        let (_dir, listing) = listing(&text);
        assert!(listing.marks.len() > 5);
        assert_eq!(listing.len(), expected.len());
        for step in [1_000, 2_048, 5_001, expected.len()] {
            let (mut entries, mut count) = (Vec::new(), 0);
            for start in (0..listing.len()).step_by(step) {
                let (part, _, malformed) = found(&listing, start, start + step);
                entries.extend(part);
                count += malformed;
            }
            assert_eq!(entries, expected, "ranges of {step}");
            assert_eq!(count, 20_000 - expected.len() as u64, "ranges of {step}");
        }
        for at in [0, 1, 4_999, 5_141, 5_142, 5_143, listing.len() - 1] {
            assert_eq!(found(&listing, at, at + 1).0, [expected[at].clone()]);
        }
    }

    #[test]
    fn lines_that_say_nothing_cost_no_memory() {
        let text = "x\n".repeat(1_000_000);
        let (_dir, listing) = listing(&format!("{text}{SHA1}  a\n{text}"));
        assert_eq!((listing.len(), listing.malformed()), (1, 2_000_000));
        let (entries, lines, count) = found(&listing, 0, 1);
        assert_eq!(entries, [(1_000_001, "a".to_owned())]);
        assert_eq!(count, 2_000_000);
        assert_eq!(lines[..3], [1, 2, 3]);
        assert!(lines.len() <= 2 * MAX_MALFORMED);
    }

    #[test]
    fn what_is_not_what_it_was_is_told() {
        let text: String = (0..9_000).map(|k| format!("{SHA1}  name{k}\n")).collect();
        let (dir, listing) = listing(&text);
        assert!(listing.marks.len() > 3);
        let path = dir.path().join("list");
        fs::write(&path, text.replacen("name8999", "name8998", 1)).unwrap();
        assert!(listing.pieces(0, 2_000).all(|piece| piece.entries().is_ok()));
        let last = listing.pieces(8_998, 9_000).last().unwrap();
        assert_eq!((last.start, last.end), (8_998, 9_000));
        let error = last.entries().map(|_| ()).unwrap_err();
        assert_eq!(
            (error.code, error.message.as_str()),
            (Code::Io, "the manifest changed while it was checked")
        );
        assert_eq!(last.line_near(8_998), 8_999);
        assert!(listing.each(0, 9_000, &mut |_| ()).is_err());
        // And cut short.
        fs::write(&path, &text[..100]).unwrap();
        assert!(listing.each(4_000, 9_000, &mut |_| ()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn ranges_add_up(
            text in "(([0-9a-f]{40}  [a-z]{1,5}|#x|bad|)\n){0,12}",
            cuts in proptest::collection::vec(0usize..14, 0..4),
        ) {
            let (_dir, listing) = listing(&text);
            let mut cuts = cuts;
            cuts.extend([0, listing.len()]);
            cuts.retain(|&cut| cut <= listing.len());
            cuts.sort_unstable();
            let (mut entries, mut lines) = (Vec::new(), Vec::new());
            for range in cuts.windows(2) {
                let (part, malformed, _) = found(&listing, range[0], range[1]);
                entries.extend(part);
                lines.extend(malformed);
            }
            let (whole, malformed, count) = found(&listing, 0, listing.len());
            prop_assert_eq!(&entries, &whole);
            prop_assert_eq!(&lines, &malformed);
            if !listing.is_empty() {
                prop_assert_eq!(count, listing.malformed());
            }
        }
    }
}
