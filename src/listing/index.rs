//! The index of a list.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hasher as _};

use super::{Listing, Mark};
use crate::fs::File;
use crate::lines::Lines;
use crate::rows::Rows;

/// How many bytes of lines make a block, at least. One is in memory at a time;
/// it holds some 2,000 lines as they usually are.
const BLOCK: u64 = 1 << 17;

/// The index in the making.
pub struct Index {
    lines: Lines,
    rows: Rows,
    marks: Vec<Mark>,
    /// How many bytes were taken in.
    pub size: u64,
    /// The block at work: its mark, of which the counts are still to come.
    mark: Mark,
    hasher: DefaultHasher,
    malformed: u64,
}

impl Index {
    pub fn new(lines: Lines) -> Index {
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

    pub fn take(&mut self, mut bytes: &[u8]) {
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

    pub fn finish(mut self, file: File, fingerprint: String) -> Listing {
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
