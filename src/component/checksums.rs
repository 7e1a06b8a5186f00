//! The interface `checksums`.

use super::Component;
use super::bindings::exports::fordway::core::checksums as wit;
use super::bindings::fordway::core::types::Error;
use crate::checksums::{self, Fault};
use crate::hash::{Algorithm, hex};
use crate::manifest;
use crate::quote::quote;
use crate::verdict::{Leniency, Tally, verdict};

impl wit::Guest for Component {
    type Verification = checksums::Verification;

    fn digest(path: String, algorithm: wit::Algorithm) -> Result<String, Error> {
        Ok(checksums::digest(&path, algorithm.into())?)
    }

    fn verify(root: String, manifest: Option<String>) -> Result<wit::Report, Error> {
        Ok(checksums::verify(&root, manifest.as_deref())?.into())
    }

    fn verdict(tally: wit::Tally, leniency: wit::Leniency) -> bool {
        verdict(tally.into(), leniency.into())
    }

    fn quote(name: String) -> String {
        quote(&name)
    }
}

impl wit::GuestVerification for checksums::Verification {
    fn open(root: String, manifest: Option<String>) -> Result<wit::Verification, Error> {
        let verification = Self::open(&root, manifest.as_deref())?;
        Ok(wit::Verification::new(verification))
    }

    fn len(&self) -> u32 {
        self.len() as u32
    }

    fn manifest(&self) -> String {
        self.manifest().to_owned()
    }

    fn fingerprint(&self) -> String {
        self.fingerprint().to_owned()
    }

    fn entries(&self, start: u32, end: u32) -> Vec<wit::Entry> {
        let mut entries = Vec::new();
        self.each(start as usize, end as usize, &mut |entry| entries.push(entry.into()));
        entries
    }

    fn size(&self, start: u32, end: u32) -> u64 {
        self.size(start as usize, end as usize)
    }

    fn unlisted(&self, names: Vec<String>) -> Vec<String> {
        self.unlisted(names)
    }

    fn extras(&self) -> wit::Extras {
        let (paths, faults) = self.extras();
        wit::Extras { paths, faults: faults.into_iter().map(Error::from).collect() }
    }

    fn check(&self, start: u32, end: u32) -> wit::Report {
        self.check(start as usize, end as usize).into()
    }
}

impl From<wit::Algorithm> for Algorithm {
    fn from(algorithm: wit::Algorithm) -> Self {
        match algorithm {
            wit::Algorithm::Md5 => Algorithm::Md5,
            wit::Algorithm::Sha1 => Algorithm::Sha1,
            wit::Algorithm::Sha224 => Algorithm::Sha224,
            wit::Algorithm::Sha256 => Algorithm::Sha256,
            wit::Algorithm::Sha384 => Algorithm::Sha384,
            wit::Algorithm::Sha512 => Algorithm::Sha512,
        }
    }
}

impl From<Algorithm> for wit::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => wit::Algorithm::Md5,
            Algorithm::Sha1 => wit::Algorithm::Sha1,
            Algorithm::Sha224 => wit::Algorithm::Sha224,
            Algorithm::Sha256 => wit::Algorithm::Sha256,
            Algorithm::Sha384 => wit::Algorithm::Sha384,
            Algorithm::Sha512 => wit::Algorithm::Sha512,
        }
    }
}

impl From<manifest::Entry<'_>> for wit::Entry {
    fn from(entry: manifest::Entry<'_>) -> Self {
        wit::Entry {
            line: entry.line,
            path: String::from_utf8_lossy(entry.name).into_owned(),
            algorithm: entry.algorithm.into(),
            expected: hex(entry.digest),
        }
    }
}

impl From<checksums::Report> for wit::Report {
    fn from(report: checksums::Report) -> Self {
        wit::Report {
            passed: report.passed,
            bytes: report.bytes,
            failures: report.failures.into_iter().map(wit::Failure::from).collect(),
            malformed: report.malformed,
            malformed_lines: report.malformed_lines,
            end: report.end,
        }
    }
}

impl From<checksums::Failure> for wit::Failure {
    fn from(failure: checksums::Failure) -> Self {
        wit::Failure {
            line: failure.line,
            path: failure.path,
            expected: failure.expected,
            fault: match failure.fault {
                Fault::Mismatch(digest) => wit::Fault::Mismatch(digest),
                Fault::Missing => wit::Fault::Missing,
                Fault::Unreadable(error) => wit::Fault::Unreadable(error.into()),
            },
        }
    }
}

impl From<wit::Tally> for Tally {
    fn from(tally: wit::Tally) -> Self {
        Tally {
            passed: tally.passed,
            mismatched: tally.mismatched,
            missing: tally.missing,
            unreadable: tally.unreadable,
            malformed: tally.malformed,
            unlisted: tally.unlisted,
            unseen: tally.unseen,
        }
    }
}

impl From<wit::Leniency> for Leniency {
    fn from(leniency: wit::Leniency) -> Self {
        Leniency {
            ignore_missing: leniency.ignore_missing,
            ignore_malformed: leniency.ignore_malformed,
        }
    }
}
