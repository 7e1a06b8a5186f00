//! Digests of files, and directories checked against a manifest.

use std::collections::HashMap;

use crate::error::{Code, Error};
use crate::fs::{Dir, File, Kind, changed};
use crate::hash::{Algorithm, hex};
use crate::lanes::function::Function;
use crate::lanes::patience::Patience;
use crate::lanes::schedule::{self, Outcome};
use crate::listing::{Listing, MAX_MALFORMED, Piece, Pieces};
use crate::manifest::{self, Entry, MAX_LINE};
use crate::quote::quote_bytes;
use crate::walk::{Found, walk};
use crate::{files, paths};

/// How much a report tells of failures, about, in bytes: a piece more at most.
pub const MAX_TOLD: usize = 4 << 20;

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

/// The digest of one file.
pub fn digest(path: &str, algorithm: Algorithm) -> Result<String, Error> {
    let file = files::open(path)?;
    let (digest, _) = hash(file, algorithm, None).map_err(|error| error.at(path))?;
    Ok(hex(&digest))
}

/// The digest of one file below a directory that is open already.
pub fn digest_in(dir: &Dir, path: &str, algorithm: Algorithm) -> Result<String, Error> {
    let digest = dir.open(path).and_then(|file| hash(file, algorithm, None));
    digest.map(|(digest, _)| hex(&digest)).map_err(|error| error.at(path))
}

/// Checks every file that a manifest lists.
pub fn verify(root: &str, manifest: Option<&str>) -> Result<Report, Error> {
    let verification = Verification::open(root, manifest)?;
    Ok(verification.check(0, verification.len()))
}

/// A check in pieces.
#[derive(Debug)]
pub struct Verification {
    root: Dir,
    manifest_path: String,
    listing: Listing,
}

impl Verification {
    /// Reads the manifest, or the first of the usual ones.
    pub fn open(root: &str, manifest: Option<&str>) -> Result<Verification, Error> {
        let dir = Dir::open_root(root)?;
        let (manifest_path, file) = open_manifest(&dir, root, manifest)?;
        let only = manifest::algorithm_of_name(&manifest_path);
        let listing = Listing::read(file, only).map_err(|error| error.at(&manifest_path))?;
        if listing.is_empty() {
            return Err(nothing_in(&listing, &manifest_path));
        }
        Ok(Verification { root: dir, manifest_path, listing })
    }

    /// How many files are listed.
    #[allow(clippy::len_without_is_empty)] // never empty: `open` refuses that
    pub fn len(&self) -> usize {
        self.listing.len()
    }

    /// The manifest's path, relative to the root.
    pub fn manifest(&self) -> &str {
        &self.manifest_path
    }

    /// The SHA-256 digest of the manifest.
    pub fn fingerprint(&self) -> &str {
        self.listing.fingerprint()
    }

    /// The listed files in a range of positions, a piece at a time.
    pub fn pieces(&self, start: usize, end: usize) -> Pieces<'_> {
        self.listing.pieces(start, end)
    }

    /// Gives the listed files in a range of positions to `visit`, up to where
    /// the manifest is not what it was: [`check`](Verification::check) tells.
    pub fn each(&self, start: usize, end: usize, visit: &mut dyn FnMut(Entry)) {
        let _ = self.listing.each(start, end, visit);
    }

    /// How many bytes the listed files in a range have, as far as can be seen.
    pub fn size(&self, start: usize, end: usize) -> u64 {
        let size = |entry: Entry| -> Result<u64, Error> {
            let stat = self.root.stat(name_of(entry)?, true)?;
            Ok(if stat.kind == Kind::File { stat.size } else { 0 })
        };
        let mut sum = 0u64;
        self.each(start, end, &mut |entry| sum = sum.saturating_add(size(entry).unwrap_or(0)));
        sum
    }

    /// Those of `names` that no line names. Where the manifest is not what it
    /// was, a line names nothing.
    pub fn unlisted(&self, mut names: Vec<String>) -> Vec<String> {
        let mut asked: HashMap<String, bool> =
            names.iter().map(|name| (paths::normal(name), false)).collect();
        self.each(0, self.len(), &mut |entry| {
            if let Some(name) = normal(entry)
                && let Some(listed) = asked.get_mut(&name)
            {
                *listed = true;
            }
        });
        names.retain(|name| !asked[&paths::normal(name)]);
        names
    }

    /// The files below the root that no line names, and what could not be
    /// looked at: also the manifest, where it is not what it was.
    pub fn extras(&self) -> (Vec<String>, Vec<Error>) {
        // The files there are, in the walk's order; each is crossed out when a
        // line names it. So the list itself is never held.
        let (mut files, mut faults) = (Vec::new(), Vec::new());
        walk(&self.root, &mut |found| match found {
            Found::File(path) => files.push(path),
            Found::Fault(error) => faults.push(error),
        });
        let mut sorted: Vec<u32> = (0..files.len() as u32).collect();
        sorted.sort_unstable_by_key(|&at| &files[at as usize]);
        let mut listed = vec![false; files.len()];
        let mut cross_out = |name: &str| {
            let found = sorted.binary_search_by(|&at| files[at as usize].as_str().cmp(name));
            if let Ok(found) = found {
                listed[sorted[found] as usize] = true;
            }
        };
        cross_out(&paths::normal(&self.manifest_path));
        let read = self.listing.each(0, self.len(), &mut |entry| {
            if let Some(name) = normal(entry) {
                cross_out(&name);
            }
        });
        faults.extend(read.err().map(|error| error.at(&self.manifest_path)));
        let mut listed = listed.iter();
        files.retain(|_| listed.next() == Some(&false));
        (files, faults)
    }

    /// Checks the listed files in a range of positions, as many of them as
    /// [`MAX_TOLD`] lets the report tell of.
    pub fn check(&self, start: usize, end: usize) -> Report {
        let mut report = Report { end: start.min(self.len()) as u32, ..Report::default() };
        let mut told = 0;
        let mut patience = Patience::default();
        for piece in self.pieces(start, end) {
            let part = self.check_piece(&piece, &mut patience);
            told += part.failures.iter().map(Failure::told).sum::<usize>();
            report.add(part);
            // The rest of the malformed lines belong to the last of all.
            if told >= MAX_TOLD && piece.end < self.len() {
                break;
            }
        }
        report
    }

    /// Checks the listed files of a piece.
    pub fn check_piece(&self, piece: &Piece, patience: &mut Patience) -> Report {
        let mut report = Report {
            malformed: piece.malformed,
            malformed_lines: piece.malformed_lines.clone(),
            end: piece.end as u32,
            ..Report::default()
        };
        let entries: Vec<Entry> = match piece.entries() {
            Ok(entries) => entries.collect(),
            Err(error) => {
                report.failures =
                    (piece.start..piece.end).map(|at| self.lost(piece, at, &error)).collect();
                return report;
            }
        };
        for function in Function::ALL {
            let owners = (0..entries.len()).filter(|&at| in_lanes(entries[at]) == Some(function));
            schedule::hash(
                function,
                owners,
                |at| self.open_entry(entries[at]),
                |at| entries[at].digest,
                |at, found| report.count(entries[at], found),
                patience,
            );
        }
        for &entry in entries.iter().filter(|&&entry| in_lanes(entry).is_none()) {
            let file = patience.open(|| self.open_entry(entry));
            report.count(
                entry,
                file.and_then(|file| hash(file, entry.algorithm, Some(entry.digest))),
            );
        }
        report.failures.sort_by_key(|failure| failure.line);
        report
    }

    fn open_entry(&self, entry: Entry) -> Result<File, Error> {
        self.root.open(name_of(entry)?)
    }

    /// What is told of an entry that cannot be read any more.
    fn lost(&self, piece: &Piece, at: usize, error: &Error) -> Failure {
        let path = self.manifest_path.clone();
        let fault = Fault::Unreadable(error.clone().at(&path));
        Failure { line: piece.line_near(at), path, expected: String::new(), fault }
    }
}

impl Failure {
    /// About how much memory it takes in a report.
    fn told(&self) -> usize {
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
    fn add(&mut self, part: Report) {
        self.passed += part.passed;
        self.bytes += part.bytes;
        self.failures.extend(part.failures);
        self.malformed += part.malformed;
        let room = MAX_MALFORMED.saturating_sub(self.malformed_lines.len());
        self.malformed_lines.extend(part.malformed_lines.into_iter().take(room));
        self.end = part.end;
    }

    /// Counts what came of a listed file.
    fn count(&mut self, entry: Entry, found: Outcome) {
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

/// The function whose lanes a listed file goes through, if there are any for
/// its algorithm.
fn in_lanes(entry: Entry) -> Option<Function> {
    if cfg!(feature = "scalar") { None } else { Function::of(entry.algorithm) }
}

/// A listed name, if it may be opened.
fn name_of(entry: Entry<'_>) -> Result<&str, Error> {
    let refuse = |why| Err(Error::new(Code::InvalidName, "", why));
    if !entry.whole {
        return refuse(format!("the name makes a line of more than {MAX_LINE} bytes"));
    }
    let Ok(name) = std::str::from_utf8(entry.name) else {
        return refuse(format!("the name is not UTF-8: {}", quote_bytes(entry.name)));
    };
    if name.is_empty() {
        return refuse("the name is empty".to_owned());
    }
    paths::check_inside(name)?;
    Ok(name)
}

/// A listed name as files are compared by it, if it can be a file's.
fn normal(entry: Entry) -> Option<String> {
    name_of(entry).ok().map(paths::normal)
}

fn open_manifest(dir: &Dir, root: &str, manifest: Option<&str>) -> Result<(String, File), Error> {
    if let Some(name) = manifest {
        paths::check_inside(name)?;
        let file = dir.open(name).map_err(|error| error.at(name))?;
        return Ok((name.to_owned(), file));
    }
    for name in manifest::USUAL_NAMES {
        match dir.open(name) {
            Ok(file) => return Ok((name.to_owned(), file)),
            Err(error) if error.code == Code::NotFound => {}
            Err(error) => return Err(error.at(name)),
        }
    }
    let names = manifest::USUAL_NAMES.join(", ");
    let why = format!("holds no manifest; looked for {names}");
    Err(Error::new(Code::BadManifest, root, why))
}

fn nothing_in(listing: &Listing, path: &str) -> Error {
    let lines = listing.malformed();
    let mut why = match lines {
        0 => "states no digest: it is empty, or holds comments only".to_owned(),
        1 => "states no digest: its one line is no checksum line".to_owned(),
        _ => format!("states no digest: none of its {lines} lines is a checksum line"),
    };
    if listing.has_byte_order_mark() {
        why += " (line 1 starts with a byte order mark)";
    }
    Error::new(Code::BadManifest, path, why)
}

/// Hashes an open file to its end, block by block; while one is hashed, the
/// next one is fetched. `expected` is the digest that it should have, if one is
/// stated.
fn hash(mut file: File, algorithm: Algorithm, expected: Option<&[u8]>) -> Outcome {
    let size = file.stat().size;
    let mut hasher = algorithm.hasher();
    let mut bytes = 0;
    loop {
        let block = file.read()?;
        if block.is_empty() {
            break;
        }
        bytes += block.len() as u64;
        // Once the size was read, the last read can be spared: a file that
        // has grown shows it below.
        if bytes < size {
            file.read_ahead();
        }
        hasher.update(&block);
        if bytes >= size {
            break;
        }
    }
    if bytes != size {
        return Err(changed());
    }
    let digest = hasher.finish().into_vec();
    file.check_unchanged(expected == Some(&digest))?;
    Ok((digest, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const EMPTY: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

    fn tree(manifest: &str) -> (tempfile::TempDir, String) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("sha1sum.txt"), manifest).unwrap();
        fs::write(dir.path().join("empty"), "").unwrap();
        fs::write(dir.path().join("full"), "data").unwrap();
        let root = dir.path().to_str().unwrap().to_owned();
        (dir, root)
    }

    #[test]
    fn every_listed_file_is_judged() {
        let (_dir, root) =
            tree(&format!("{EMPTY}  empty\n{EMPTY}  full\nbad\n{EMPTY}  gone\n{EMPTY}  ../x\n"));
        let report = verify(&root, None).unwrap();
        assert_eq!((report.passed, report.bytes), (1, 4));
        assert_eq!(report.malformed_lines, [3]);
        let lines: Vec<u32> = report.failures.iter().map(|failure| failure.line).collect();
        assert_eq!(lines, [2, 4, 5]);
        let sha1 = "a17c9aaa61e80a1bf71d0d850af4e5baa9800bbd";
        assert_eq!(report.failures[0].fault, Fault::Mismatch(sha1.to_owned()));
        assert_eq!(report.failures[1].fault, Fault::Missing);
        match &report.failures[2].fault {
            Fault::Unreadable(error) => assert_eq!(error.code, Code::InvalidName),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn algorithms_may_be_mixed_and_failures_keep_the_order() {
        let mut lines = String::new();
        let mut wrong = Vec::new();
        for round in 0..20 {
            for algorithm in Algorithm::ALL {
                let mut hasher = algorithm.hasher();
                hasher.update(b"data");
                lines += &format!("{}  full\n", hex(&hasher.finish()));
                if round % 3 == 0 {
                    lines += &format!("{}  empty\n", "00".repeat(algorithm.size()));
                    wrong.push(lines.lines().count() as u32);
                }
            }
        }
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("CHECKSUM"), lines).unwrap();
        fs::write(dir.path().join("empty"), "").unwrap();
        fs::write(dir.path().join("full"), "data").unwrap();
        let report = verify(dir.path().to_str().unwrap(), None).unwrap();
        assert_eq!((report.passed, report.bytes), (120, 480));
        let lines: Vec<u32> = report.failures.iter().map(|failure| failure.line).collect();
        assert_eq!(lines, wrong);
    }

    #[test]
    fn what_no_line_names_is_found() {
        let (dir, root) = tree(&format!("{EMPTY}  ./empty\n{EMPTY}  sub/../gone\n"));
        fs::create_dir(dir.path().join("sub")).unwrap();
        fs::write(dir.path().join("sub/more"), "").unwrap();
        std::os::unix::fs::symlink("nowhere", dir.path().join("dangling")).unwrap();
        let verification = Verification::open(&root, None).unwrap();
        let (extras, faults) = verification.extras();
        assert_eq!(extras, ["full", "sub/more"]);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0].path, "dangling");
        let names = ["empty", "gone", "full", "./sub//more"].map(str::to_owned);
        assert_eq!(verification.unlisted(names.to_vec()), ["full", "./sub//more"]);
        assert_eq!(verification.size(0, 9), 0);
    }

    #[test]
    fn pieces_add_up_to_the_whole() {
        let lines: String = (0..7).map(|k| format!("{EMPTY}  file{k}\nbad\n")).collect();
        let (_dir, root) = tree(&format!("{EMPTY}  empty\n{lines}"));
        let whole = verify(&root, None).unwrap();
        let verification = Verification::open(&root, None).unwrap();
        for step in 1..=verification.len() + 1 {
            let mut sum = Report::default();
            for start in (0..verification.len()).step_by(step) {
                let piece = verification.check(start, start + step);
                sum.passed += piece.passed;
                sum.bytes += piece.bytes;
                sum.failures.extend(piece.failures);
                sum.malformed += piece.malformed;
                sum.malformed_lines.extend(piece.malformed_lines);
                sum.end = piece.end;
            }
            assert_eq!(sum, whole, "pieces of {step}");
        }
    }

    #[test]
    fn a_touched_file_passes_only_if_one_read_brought_what_is_expected() {
        let (dir, _) = tree("");
        let path = dir.path().join("full");
        let hash = |data: &[u8], expected: Option<&[u8]>| {
            fs::write(&path, data).unwrap();
            let file = files::open(path.to_str().unwrap()).unwrap();
            let touched = fs::OpenOptions::new().append(true).open(&path).unwrap();
            touched.set_modified(std::time::UNIX_EPOCH).unwrap();
            hash(file, Algorithm::Md5, expected)
        };
        for size in [0, 10, 65_536] {
            let data = vec![1; size];
            let mut hasher = Algorithm::Md5.hasher();
            hasher.update(&data);
            let digest = hasher.finish().into_vec();
            assert_eq!(hash(&data, Some(&digest)).is_ok(), size < 65_536);
            for expected in [None, Some(&[0; 16][..])] {
                let error = hash(&data, expected).unwrap_err();
                assert_eq!(error.message, "changed while it was read");
            }
        }
    }

    #[test]
    fn nothing_to_check_is_an_error() {
        for text in ["", "\n\n", "# only a comment\n", "bad\n", "\u{feff}bad\n"] {
            let (_dir, root) = tree(text);
            assert_eq!(verify(&root, None).unwrap_err().code, Code::BadManifest, "{text:?}");
        }
        let empty = tempfile::tempdir().unwrap();
        let error = verify(empty.path().to_str().unwrap(), None).unwrap_err();
        assert_eq!(error.code, Code::BadManifest);
    }

    #[test]
    fn a_link_that_leads_out_is_not_read() {
        let outside = tempfile::NamedTempFile::new().unwrap();
        let (dir, root) = tree(&format!("{EMPTY}  link\n"));
        std::os::unix::fs::symlink(outside.path(), dir.path().join("link")).unwrap();
        let report = verify(&root, None).unwrap();
        assert_eq!(report.passed, 0);
        match &report.failures[0].fault {
            Fault::Unreadable(error) => assert_eq!(error.code, Code::NotPermitted),
            other => panic!("{other:?}"),
        }
    }
}
