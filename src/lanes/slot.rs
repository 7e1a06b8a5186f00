//! A file on its way through a lane.

use super::function::{Function, Job};
use super::schedule::Outcome;
use super::{Block, State};
use crate::error::Error;
use crate::fs::{File, Stat, changed};

/// An open file, the state of its digest, and the bytes that come next.
///
/// While the bytes at hand are taken in, the host fetches those that follow.
#[derive(Debug)]
pub struct Slot {
    /// Whose file this is: a number of the caller's.
    pub owner: usize,
    function: Function,
    file: File,
    before: Stat,
    state: State,
    /// What was read and not taken in yet, from `start` on.
    bytes: Vec<u8>,
    start: usize,
    /// How many bytes were read.
    read: u64,
    /// Whether the end was read, and the padding stands after it.
    ended: bool,
}

impl Slot {
    /// A file that was just opened; its first bytes are asked for.
    pub fn new(owner: usize, function: Function, mut file: File) -> Slot {
        file.read_ahead();
        let (before, state) = (file.stat(), function.start());
        let bytes = Vec::new();
        Slot { owner, function, file, before, state, bytes, start: 0, read: 0, ended: false }
    }

    /// Reads on until a whole block is at hand, or returns false: everything
    /// was taken in.
    ///
    /// Fails if the file cannot be read, or is not what it was when it was
    /// opened.
    pub fn fill(&mut self) -> Result<bool, Error> {
        while self.blocks().is_empty() {
            if self.ended {
                return Ok(false);
            }
            let next = self.file.read()?;
            self.read += next.len() as u64;
            self.ended = next.is_empty() || self.read == self.before.size;
            if self.read > self.before.size || self.ended && self.read < self.before.size {
                return Err(changed());
            }
            if !self.ended {
                self.file.read_ahead();
            }
            self.append(next);
        }
        Ok(true)
    }

    /// The whole blocks at hand.
    fn blocks(&self) -> &[Block] {
        self.bytes[self.start..].as_chunks().0
    }

    /// How many bytes are still to be taken in, if the file stays as it is.
    pub fn left(&self) -> u64 {
        let at_hand = (self.bytes.len() - self.start) as u64;
        self.before.size.saturating_sub(self.read) + at_hand
    }

    /// The state, and the whole blocks that it takes in next.
    pub fn job(&mut self) -> Job<'_> {
        let blocks = self.bytes[self.start..].as_chunks().0;
        Job { state: &mut self.state, blocks }
    }

    /// Says that this many blocks were taken in.
    pub fn skip(&mut self, blocks: usize) {
        self.start += blocks * size_of::<Block>();
    }

    /// The digest and the length of the file; everything was taken in.
    ///
    /// Fails if the file is not what it was when it was opened, and that
    /// [matters](File::check_unchanged).
    pub fn finish(self, expected: &[u8]) -> Outcome {
        let digest = self.function.digest(&self.state);
        self.file.check_unchanged(digest == expected)?;
        Ok((digest, self.read))
    }

    /// Puts what was read after what is left, and the padding after the end.
    fn append(&mut self, next: Vec<u8>) {
        if self.start == self.bytes.len() {
            self.bytes = next;
        } else {
            self.bytes.drain(..self.start);
            self.bytes.extend(next);
        }
        self.start = 0;
        if self.ended {
            pad(&mut self.bytes, self.read);
        }
    }
}

/// The end of a message of `length` bytes (FIPS 180-4, section 5.1.1): a bit
/// that is set, zeros up to a block's end, and the length in bits.
fn pad(bytes: &mut Vec<u8>, length: u64) {
    const BLOCK: u64 = size_of::<Block>() as u64;
    let zeros = BLOCK - 1 - (length + 8) % BLOCK;
    bytes.reserve_exact(zeros as usize + 9);
    bytes.push(0x80);
    bytes.extend(std::iter::repeat_n(0, zeros as usize));
    bytes.extend(length.wrapping_mul(8).to_be_bytes());
}
