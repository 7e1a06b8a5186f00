//! What a check found.

use crate::error::{Code, Error};
use crate::hash::hex;
use crate::lanes::schedule::Outcome;
use crate::listing::MAX_MALFORMED;
use crate::manifest::Entry;

/// Why a listed file did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has this digest instead.
    Mismatch(String),
    /// There is no such file.
    Missing,
    /// It could not be read in full, or its name is refused.
    Unreadable(Error),
}

/// A listed file that did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The line's number, from 1.
    pub line: u32,
    /// The file's name.
    pub path: String,
    /// The digest stated.
    pub expected: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many files matched.
    pub passed: u64,
    /// How many bytes were hashed.
    pub bytes: u64,
    /// The files that did not pass, in order.
    pub failures: Vec<Failure>,
    /// How many lines could not be understood.
    pub malformed: u64,
    /// The numbers of the first of them.
    pub malformed_lines: Vec<u32>,
    /// The position up to which files were checked.
    pub end: u32,
}

impl Failure {
    /// About how much memory it takes in a report.
    pub fn told(&self) -> usize {
        let fault = match &self.fault {
            Fault::Mismatch(digest) => digest.len(),
            Fault::Missing => 0,
            Fault::Unreadable(error) => error.path.len() + error.message.len(),
        };
        size_of::<Failure>() + self.path.len() + self.expected.len() + fault
    }
}

impl Report {
    /// Adds what was found in the piece that follows.
    pub fn add(&mut self, part: Report) {
        self.passed += part.passed;
        self.bytes += part.bytes;
        self.failures.extend(part.failures);
        self.malformed += part.malformed;
        let room = MAX_MALFORMED.saturating_sub(self.malformed_lines.len());
        self.malformed_lines.extend(part.malformed_lines.into_iter().take(room));
        self.end = part.end;
    }

    /// Counts what came of a listed file.
    pub fn count(&mut self, entry: Entry, found: Outcome) {
        let name = String::from_utf8_lossy(entry.name);
        let fault = match found {
            Ok((digest, bytes)) => {
                self.bytes += bytes;
                if digest == entry.digest {
                    self.passed += 1;
                    return;
                }
                Fault::Mismatch(hex(&digest))
            }
            Err(error) if error.code == Code::NotFound => Fault::Missing,
            Err(error) => Fault::Unreadable(error.at(&name)),
        };
        let (path, expected) = (name.into_owned(), hex(entry.digest));
        self.failures.push(Failure { line: entry.line, path, expected, fault });
    }
}
