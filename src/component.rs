//! The exports of the component: each converts, calls its module, and
//! converts back.

/// What `wit/` says, generated.
mod bindings {
    #![allow(unsafe_code, missing_docs)] // generated: the canonical ABI at work
    wit_bindgen::generate!({ path: "wit", world: "fordway" });
    use super::Component;
    export!(Component);
}

use std::io::Write;

use bindings::exports::fordway::core::checksums as wit;
use bindings::exports::fordway::core::files as wit_files;
use bindings::exports::fordway::core::files::Guest as Files;
use bindings::exports::fordway::core::numbers::{Guest as Numbers, Roots};
use bindings::exports::fordway::core::tour::{Guest as Tour, GuestUserInfo, Person};
use bindings::fordway::core::types;
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

use std::cell::RefCell;

use crate::error::{Code, Error};
use crate::hash::{Algorithm, hex};
use crate::{checksums, command, files, numbers, tour};

struct Component;

wasip2::cli::command::export!(Component);

/// Standard input, in the blocks that the host hands over.
struct Stdin(InputStream);

impl command::Source for Stdin {
    fn next(&mut self, most: usize) -> Result<Vec<u8>, Error> {
        match self.0.blocking_read(most as u64) {
            Ok(block) => Ok(block),
            Err(StreamError::Closed) => Ok(Vec::new()),
            Err(StreamError::LastOperationFailed(_)) => {
                Err(Error::new(Code::Io, "", "standard input cannot be read"))
            }
        }
    }
}

/// The component as a command: `wasmtime run fordway.wasm VERB`.
impl wasip2::exports::cli::run::Guest for Component {
    fn run() -> Result<(), ()> {
        let mut input = Stdin(wasip2::cli::stdin::get_stdin());
        let mut out = wasip2::cli::stdout::get_stdout();
        let mut err = wasip2::cli::stderr::get_stderr();
        let arguments = wasip2::cli::environment::get_arguments();
        let result = match command::parse(arguments.get(1..).unwrap_or_default()) {
            Ok(command) => command::run(command, &mut input, &mut out, &mut err)
                .and_then(|ok| flush(&mut out).map(|()| ok))
                .map_err(|error| command::told(&error)),
            Err(why) => Err(format!("fordway: {why}")),
        };
        let ok = result.unwrap_or_else(|told| {
            // If standard error is gone too, the exit status still tells.
            let _ = writeln!(err, "{told}");
            false
        });
        let _ = Write::flush(&mut err);
        if ok { Ok(()) } else { Err(()) }
    }
}

impl Files for Component {
    type Reader = RefCell<files::Reader>;
    type Writer = RefCell<files::Draft>;

    fn read(path: String) -> Result<Vec<u8>, types::Error> {
        Ok(files::read(&path)?)
    }

    fn write(data: Vec<u8>, path: String) -> Result<(), types::Error> {
        Ok(files::write(&data, &path)?)
    }
}

impl wit_files::GuestReader for RefCell<files::Reader> {
    fn open(path: String) -> Result<wit_files::Reader, types::Error> {
        Ok(wit_files::Reader::new(RefCell::new(files::Reader::open(&path)?)))
    }

    fn size(&self) -> u64 {
        self.borrow().size()
    }

    fn next(&self) -> Result<Vec<u8>, types::Error> {
        Ok(self.borrow_mut().next()?)
    }
}

impl wit_files::GuestWriter for RefCell<files::Draft> {
    fn open(path: String) -> Result<wit_files::Writer, types::Error> {
        Ok(wit_files::Writer::new(RefCell::new(files::Draft::begin(&path)?)))
    }

    fn append(&self, data: Vec<u8>) -> Result<(), types::Error> {
        Ok(self.borrow_mut().write(&data)?)
    }

    fn commit(writer: wit_files::Writer) -> Result<(), types::Error> {
        Ok(writer.into_inner::<Self>().into_inner().commit()?)
    }
}

impl wit::Guest for Component {
    type Verification = checksums::Verification;

    fn digest(path: String, algorithm: wit::Algorithm) -> Result<String, types::Error> {
        Ok(checksums::digest(&path, algorithm.into())?)
    }

    fn verify(root: String, manifest: Option<String>) -> Result<wit::Report, types::Error> {
        Ok(checksums::verify(&root, manifest.as_deref())?.into())
    }
}

impl wit::GuestVerification for checksums::Verification {
    fn open(root: String, manifest: Option<String>) -> Result<wit::Verification, types::Error> {
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
        let entries = self.entries(start as usize, end as usize);
        entries.map(wit::Entry::from).collect()
    }

    fn size(&self, start: u32, end: u32) -> u64 {
        self.size(start as usize, end as usize)
    }

    fn unlisted(&self, names: Vec<String>) -> Vec<String> {
        self.unlisted(names)
    }

    fn extras(&self) -> wit::Extras {
        let (paths, faults) = self.extras();
        wit::Extras { paths, faults: faults.into_iter().map(types::Error::from).collect() }
    }

    fn check(&self, start: u32, end: u32) -> wit::Report {
        self.check(start as usize, end as usize).into()
    }
}

impl Numbers for Component {
    fn squares(mut xs: Vec<f64>) -> Vec<f64> {
        numbers::square(&mut xs);
        xs
    }

    fn sqrts(n: u32) -> Result<Roots, types::Error> {
        let (heading, values) = numbers::sqrts(n)?;
        Ok(Roots { heading, values })
    }

    fn increase(mut xs: Vec<i64>, by: i64) -> Result<Vec<i64>, types::Error> {
        numbers::increase(&mut xs, by, 0)?;
        Ok(xs)
    }

    fn dot(a: Vec<f64>, b: Vec<f64>) -> Result<f64, types::Error> {
        numbers::same_length(a.len() as u64, b.len() as u64)?;
        Ok(numbers::dot(0.0, &a, &b))
    }

    fn pi(n: u32) -> f64 {
        numbers::pi(n)
    }

    fn shuffle(mut xs: Vec<i64>, seed: u64) -> Vec<i64> {
        numbers::shuffle(&mut xs, seed);
        xs
    }
}

impl Tour for Component {
    type UserInfo = tour::UserInfo;

    fn hello() -> Result<(), types::Error> {
        print(tour::HELLO)
    }

    fn greet() -> Result<(), types::Error> {
        print(&tour::greeting())
    }

    fn noop() {}

    fn add(a: i64, b: i64) -> Result<i64, types::Error> {
        Ok(tour::add(a, b)?)
    }

    fn repeat(text: String, times: u32) -> Result<String, types::Error> {
        Ok(tour::repeat(&text, times)?)
    }

    fn join(words: Vec<String>, separator: String) -> Result<String, types::Error> {
        Ok(tour::join(&words, &separator)?)
    }

    fn full_name(person: Person) -> String {
        tour::full_name(&person.first, &person.last)
    }

    fn even(n: i64) -> Result<bool, String> {
        tour::even(n)
    }
}

impl GuestUserInfo for tour::UserInfo {
    fn new(name: String) -> Self {
        tour::UserInfo::new(name)
    }

    fn info(&self) -> String {
        self.info()
    }

    fn live() -> u32 {
        tour::UserInfo::live()
    }
}

fn print(text: &str) -> Result<(), types::Error> {
    let mut out = wasip2::cli::stdout::get_stdout();
    // What a full stream refuses here, the flush tells.
    let _ = out.write_all(text.as_bytes());
    Ok(flush(&mut out)?)
}

fn flush(out: &mut OutputStream) -> Result<(), Error> {
    Write::flush(out)
        .map_err(|_| Error::new(Code::Io, "", "standard output does not take what is printed"))
}

impl From<Error> for types::Error {
    fn from(error: Error) -> Self {
        types::Error { code: error.code.into(), path: error.path, message: error.message }
    }
}

impl From<Code> for types::ErrorCode {
    fn from(code: Code) -> Self {
        match code {
            Code::NotFound => types::ErrorCode::NotFound,
            Code::NotPermitted => types::ErrorCode::NotPermitted,
            Code::IsADirectory => types::ErrorCode::IsADirectory,
            Code::NotADirectory => types::ErrorCode::NotADirectory,
            Code::AlreadyExists => types::ErrorCode::AlreadyExists,
            Code::InvalidName => types::ErrorCode::InvalidName,
            Code::NoSpace => types::ErrorCode::NoSpace,
            Code::TooLarge => types::ErrorCode::TooLarge,
            Code::BadManifest => types::ErrorCode::BadManifest,
            Code::Io => types::ErrorCode::Io,
        }
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

impl From<crate::manifest::Entry<'_>> for wit::Entry {
    fn from(entry: crate::manifest::Entry<'_>) -> Self {
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
                checksums::Fault::Mismatch(digest) => wit::Fault::Mismatch(digest),
                checksums::Fault::Missing => wit::Fault::Missing,
                checksums::Fault::Unreadable(error) => wit::Fault::Unreadable(error.into()),
            },
        }
    }
}
