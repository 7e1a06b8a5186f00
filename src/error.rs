//! The error that crosses the border: a code to act on, a path, a sentence.

use std::fmt;

/// Why a call fails; the closed list of `types.error-code` in the WIT files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// There is no such file or directory.
    NotFound,
    /// The name leads outside, or the system refuses the access.
    NotPermitted,
    /// A directory stands where a file belongs.
    IsADirectory,
    /// A file stands where a directory belongs.
    NotADirectory,
    /// The name is taken.
    AlreadyExists,
    /// The name cannot name a file here.
    InvalidName,
    /// The disk or the quota is full.
    NoSpace,
    /// Something is larger than its limit.
    TooLarge,
    /// There is no manifest, or nothing in it.
    BadManifest,
    /// An argument is not one that a function takes, or two do not fit together.
    InvalidArgument,
    /// Anything else.
    Io,
}

impl Code {
    /// Every code, in the order of the WIT enum.
    pub const ALL: [Code; 11] = [
        Code::NotFound,
        Code::NotPermitted,
        Code::IsADirectory,
        Code::NotADirectory,
        Code::AlreadyExists,
        Code::InvalidName,
        Code::NoSpace,
        Code::TooLarge,
        Code::BadManifest,
        Code::InvalidArgument,
        Code::Io,
    ];

    /// The name that the WIT enum gives the code.
    pub fn name(self) -> &'static str {
        match self {
            Code::NotFound => "not-found",
            Code::NotPermitted => "not-permitted",
            Code::IsADirectory => "is-a-directory",
            Code::NotADirectory => "not-a-directory",
            Code::AlreadyExists => "already-exists",
            Code::InvalidName => "invalid-name",
            Code::NoSpace => "no-space",
            Code::TooLarge => "too-large",
            Code::BadManifest => "bad-manifest",
            Code::InvalidArgument => "invalid-argument",
            Code::Io => "io",
        }
    }
}

/// A failure, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The reason.
    pub code: Code,
    /// The path as the caller gave it, or empty.
    pub path: String,
    /// One sentence for a person, without the path.
    pub message: String,
}

impl Error {
    /// An error that is about a path.
    pub fn new(code: Code, path: impl Into<String>, message: impl Into<String>) -> Self {
        Error { code, path: path.into(), message: message.into() }
    }

    /// A value that is larger than its limit.
    pub fn too_large(message: impl Into<String>) -> Self {
        Error::new(Code::TooLarge, "", message)
    }

    /// The same failure, told of another path: what the caller asked for
    /// rather than what was being touched.
    pub fn at(mut self, path: &str) -> Self {
        self.path = path.to_owned();
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for Error {}
