//! A range of a list, a piece at a time.

use std::rc::Rc;

use super::{Listing, Mark};
use crate::error::Error;
use crate::manifest::Entry;
use crate::rows::Rows;

/// How many numbers of malformed lines are told of at most.
pub const MAX_MALFORMED: usize = 1_000;

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

impl<'a> Pieces<'a> {
    /// Those from the block at `at` on.
    pub(super) fn new(listing: &'a Listing, at: usize, start: usize, end: usize) -> Pieces<'a> {
        Pieces { listing, at, start, end, malformed: 0, malformed_lines: Vec::new() }
    }

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
            // What follows the last entry of all belongs to it.
            let ends = last && mark.end() == self.end;
            if ends {
                self.count_trailing(at);
            }
            let line = mark.before.line() + (start - first) as u32 + 1;
            let piece = self.piece(start, end, rows.map(|rows| (rows, start - first)), line);
            if !ends {
                self.count_trailing(at);
            }
            return Some(piece);
        }
        // And what follows in blocks without entries.
        (last && self.malformed > 0)
            .then(|| self.piece(self.end, self.end, Ok((Rc::default(), 0)), 0))
    }
}
