//! What a check prints: standard output line for line that of
//! `sha1sum --check` in GNU coreutils 9, its warnings in meaning, and its exit
//! status.

use crate::checksums::{Fault, Report, Verification};
use crate::manifest::escaped;

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
    let (mut unread, mut mismatched) = (0, 0);
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
                mismatched += 1;
                text.out += &format!("{name}: FAILED\n");
                continue;
            }
            Fault::Missing if options.ignore_missing => continue,
            Fault::Missing => "no such file or directory",
            Fault::Unreadable(error) => &error.message,
        };
        unread += 1;
        text.out += &format!("{name}: FAILED open or read\n");
        text.err += &format!("{}: {why}\n", quoted(&failure.path));
    }
    let manifest = quoted(verification.manifest());
    if options.said == Said::Warn {
        for line in &report.malformed {
            text.err += &format!("{manifest}: {line}: improperly formatted checksum line\n");
        }
    }
    let mut warn = |count: usize, one: &str, many: &str| {
        if count > 0 {
            text.err += &format!("WARNING: {count} {}\n", if count == 1 { one } else { many });
        }
    };
    warn(report.malformed.len(), "line is improperly formatted", "lines are improperly formatted");
    warn(unread, "listed file could not be read", "listed files could not be read");
    warn(mismatched, "computed checksum did NOT match", "computed checksums did NOT match");
    let none = options.ignore_missing && report.passed == 0 && mismatched == 0;
    if none {
        text.err += &format!("{manifest}: no file was verified\n");
    }
    let spoilt = options.strict && !report.malformed.is_empty();
    text.ok = report.passed > 0 && mismatched == 0 && unread == 0 && !spoilt;
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

/// A name in a message: in quotes, with everything escaped that a terminal
/// might act on.
pub fn quoted(name: &str) -> String {
    let mut text = String::from("\"");
    for letter in name.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            '\n' => text += "\\n",
            '\r' => text += "\\r",
            '\t' => text += "\\t",
            _ if is_unsafe(letter) => {
                let mut units = [0; 2];
                for unit in letter.encode_utf16(&mut units) {
                    text += &format!("\\u{unit:04x}");
                }
            }
            _ => text.push(letter),
        }
    }
    text + "\""
}

/// Control characters, and those that turn the direction of text around.
fn is_unsafe(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_names_are_json_and_harmless() {
        for name in
            ["plain", "a\"b\\c", "\x1b[31mred", "\u{202e}gpj.exe", "a\nb\r\t\0", "\u{1f600}"]
        {
            let quoted = quoted(name);
            assert!(!quoted.chars().any(is_unsafe), "{quoted}");
            assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), name);
        }
    }
}
