//! What a check prints: standard output line for line that of
//! `sha1sum --check` in GNU coreutils 9, its warnings in meaning, and its exit
//! status.

use crate::checksums::{Fault, Report, Verification};
use crate::manifest::escaped;
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

/// What is to be printed, and whether the check succeeded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// For standard output.
    pub out: String,
    /// For standard error, a warning a line.
    pub err: String,
    /// Whether the exit status is 0.
    pub ok: bool,
}

/// Puts the report of a whole check into words.
pub fn transcript(verification: &Verification, report: &Report, options: Options) -> Transcript {
    let mut text = Transcript::default();
    let mut failures = report.failures.iter().peekable();
    let mut tally =
        Tally { passed: report.passed, malformed: report.malformed, ..Tally::default() };
    for entry in verification.entries(0, verification.len()) {
        let name = shown(&String::from_utf8_lossy(entry.name));
        let Some(failure) = failures.next_if(|failure| failure.line == entry.line) else {
            if options.said != Said::Quiet {
                text.out += &format!("{name}: OK\n");
            }
            continue;
        };
        let why = match &failure.fault {
            Fault::Mismatch(_) => {
                tally.mismatched += 1;
                text.out += &format!("{name}: FAILED\n");
                continue;
            }
            Fault::Missing if options.ignore_missing => continue,
            Fault::Missing => {
                tally.missing += 1;
                "no such file or directory"
            }
            Fault::Unreadable(error) => {
                tally.unreadable += 1;
                &error.message
            }
        };
        text.out += &format!("{name}: FAILED open or read\n");
        text.err += &format!("{}: {why}\n", quote(&failure.path));
    }
    let manifest = quote(verification.manifest());
    if options.said == Said::Warn {
        for line in &report.malformed_lines {
            text.err += &format!("{manifest}: {line}: improperly formatted checksum line\n");
        }
    }
    let mut warn = |count: u64, one: &str, many: &str| {
        if count > 0 {
            text.err += &format!("WARNING: {count} {}\n", if count == 1 { one } else { many });
        }
    };
    warn(report.malformed, "line is improperly formatted", "lines are improperly formatted");
    warn(
        tally.missing + tally.unreadable,
        "listed file could not be read",
        "listed files could not be read",
    );
    warn(tally.mismatched, "computed checksum did NOT match", "computed checksums did NOT match");
    let none = options.ignore_missing && report.passed == 0 && tally.mismatched == 0;
    if none {
        text.err += &format!("{manifest}: no file was verified\n");
    }
    let leniency =
        Leniency { ignore_missing: options.ignore_missing, ignore_malformed: !options.strict };
    text.ok = verdict(tally, leniency);
    if options.said == Said::Status {
        text.out.clear();
        text.err.clear();
    }
    text
}

/// A name on standard output: escaped only if it holds a newline, as GNU does.
fn shown(name: &str) -> String {
    if name.contains('\n') { format!("\\{}", escaped(name)) } else { name.to_owned() }
}
