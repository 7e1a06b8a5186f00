//! What a check prints: standard output line for line that of
//! `sha1sum --check` in GNU coreutils 9, its warnings in meaning, and its exit
//! status.

use crate::checksums::{Failure, Fault, Report};
use crate::listing::Piece;
use crate::manifest::{Entry, escaped};
use crate::quote::quote;
use crate::verdict::{Leniency, Tally, verdict};

/// The options of a check, named as GNU names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How much is said.
    pub said: Said,
    /// Say nothing of files that are missing.
    pub ignore_missing: bool,
    /// A malformed line is a failure.
    pub strict: bool,
}

/// How much a check says. Each comes from an option; the last one counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Said {
    /// A line for every file.
    #[default]
    All,
    /// No `OK` lines.
    Quiet,
    /// Nothing at all.
    Status,
    /// Also a warning for every malformed line.
    Warn,
}

/// What a check prints, in the making: a piece at a time.
#[derive(Debug)]
pub struct Transcript {
    manifest: String,
    options: Options,
    tally: Tally,
    /// For standard output, since it was last taken.
    pub out: String,
    /// For standard error, a warning a line.
    pub err: String,
}

impl Transcript {
    /// Of a check of that manifest.
    pub fn new(manifest: &str, options: Options) -> Transcript {
        let manifest = quote(manifest);
        Transcript {
            manifest,
            options,
            tally: Tally::default(),
            out: String::new(),
            err: String::new(),
        }
    }

    /// Puts the report of a piece into words.
    pub fn add(&mut self, piece: &Piece, report: &Report) {
        self.tally.passed += report.passed;
        self.tally.malformed += report.malformed;
        if self.options.said == Said::Warn {
            self.warn_of_lines(report);
        }
        let mut failures = report.failures.iter().peekable();
        if let Ok(entries) = piece.entries() {
            for entry in entries {
                match failures.next_if(|failure| failure.line == entry.line) {
                    Some(failure) => self.add_failure(entry, failure),
                    None if self.options.said == Said::Quiet => {}
                    None => self.say(entry, "OK"),
                }
            }
        }
        // Those of a manifest that is not what it was have no lines any more.
        if let Some(failure) = failures.peek() {
            if let Fault::Unreadable(error) = &failure.fault {
                self.err += &format!("{}: {}\n", self.manifest, error.message);
            }
            self.tally.unreadable += failures.count() as u64;
        }
        self.hush();
    }

    /// What is left to say when all pieces were added, and whether the exit
    /// status is 0.
    pub fn end(&mut self) -> bool {
        let Tally { passed, mismatched, missing, unreadable, malformed, .. } = self.tally;
        let mut warn = |count: u64, one: &str, many: &str| {
            if count > 0 {
                self.err += &format!("WARNING: {count} {}\n", if count == 1 { one } else { many });
            }
        };
        warn(malformed, "line is improperly formatted", "lines are improperly formatted");
        let unread = missing + unreadable;
        warn(unread, "listed file could not be read", "listed files could not be read");
        warn(mismatched, "computed checksum did NOT match", "computed checksums did NOT match");
        let Options { ignore_missing, strict, .. } = self.options;
        if ignore_missing && passed == 0 && mismatched == 0 {
            self.err += &format!("{}: no file was verified\n", self.manifest);
        }
        self.hush();
        verdict(self.tally, Leniency { ignore_missing, ignore_malformed: !strict })
    }

    fn add_failure(&mut self, entry: Entry, failure: &Failure) {
        let why = match &failure.fault {
            Fault::Mismatch(_) => {
                self.tally.mismatched += 1;
                return self.say(entry, "FAILED");
            }
            Fault::Missing if self.options.ignore_missing => return,
            Fault::Missing => {
                self.tally.missing += 1;
                "no such file or directory"
            }
            Fault::Unreadable(error) => {
                self.tally.unreadable += 1;
                &error.message
            }
        };
        self.say(entry, "FAILED open or read");
        self.err += &format!("{}: {why}\n", quote(&failure.path));
    }

    fn warn_of_lines(&mut self, report: &Report) {
        let manifest = &self.manifest;
        for line in &report.malformed_lines {
            self.err += &format!("{manifest}: {line}: improperly formatted checksum line\n");
        }
        let more = report.malformed - report.malformed_lines.len() as u64;
        if more > 0 {
            self.err += &format!("{manifest}: and {more} more of them\n");
        }
    }

    fn say(&mut self, entry: Entry, what: &str) {
        let name = shown(&String::from_utf8_lossy(entry.name));
        self.out += &format!("{name}: {what}\n");
    }

    fn hush(&mut self) {
        if self.options.said == Said::Status {
            self.out.clear();
            self.err.clear();
        }
    }
}

/// A name on standard output: escaped only if it holds a newline, as GNU does.
fn shown(name: &str) -> String {
    if name.contains('\n') { format!("\\{}", escaped(name)) } else { name.to_owned() }
}
