//! What some lines of a manifest say.

use crate::hash::{Algorithm, Digest};
use crate::manifest::Entry;

/// The entries of some lines, and the numbers of those that could not be
/// understood. Names and digests lie in one piece each, so that many cost
/// little more memory than their text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rows {
    rows: Vec<Row>,
    names: Vec<u8>,
    digests: Vec<u8>,
    /// The numbers of the lines that could not be understood, from 1.
    pub malformed: Vec<u32>,
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    line: u32,
    algorithm: Algorithm,
    name_end: usize,
    digest_end: usize,
    whole: bool,
}

impl Rows {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The entry at a position, from 0.
    ///
    /// # Panics
    /// If `at` is not below [`len`](Rows::len).
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
            whole: row.whole,
        }
    }

    /// The malformed lines before the entry at a position that are not before
    /// the one before it; for the position after the last entry, those that
    /// follow it.
    pub fn malformed_before(&self, at: usize) -> &[u32] {
        let before = |at: usize| match self.rows.get(at) {
            Some(row) => self.malformed.partition_point(|&bad| bad < row.line),
            None => self.malformed.len(),
        };
        &self.malformed[at.checked_sub(1).map_or(0, before)..before(at)]
    }

    /// Adds an entry.
    pub fn push(
        &mut self,
        line: u32,
        algorithm: Algorithm,
        digest: &Digest,
        name: &[u8],
        whole: bool,
    ) {
        self.names.extend_from_slice(name);
        self.digests.extend_from_slice(digest.bytes());
        let (name_end, digest_end) = (self.names.len(), self.digests.len());
        self.rows.push(Row { line, algorithm, name_end, digest_end, whole });
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.names.clear();
        self.digests.clear();
        self.malformed.clear();
    }
}
