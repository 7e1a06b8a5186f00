//! A failure on its way to R, where it becomes a condition.

use extendr_api::prelude::*;

use crate::bindings::types;
use crate::text;

/// What went wrong. R's class of it is `fordway_error_` and the code.
#[derive(Clone, Debug)]
pub struct Failure {
    code: &'static str,
    path: String,
    message: String,
}

/// What a call into the component gives.
pub type Outcome<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure that is about no path.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Failure { code, path: String::new(), message: message.into() }
    }

    /// The same failure, told of the path that the caller gave.
    pub fn at(mut self, path: &str) -> Self {
        self.path = path.to_owned();
        self
    }

    /// The path, or nothing where no path is at fault.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A directory that the host could not hand over.
    pub fn of_directory(error: &wasmtime::Error, path: &str) -> Self {
        use std::io::ErrorKind;
        let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let (code, message) = match kind {
            Some(ErrorKind::NotFound) => ("not_found", "no such file or directory"),
            Some(ErrorKind::PermissionDenied) => ("not_permitted", "permission denied"),
            Some(ErrorKind::NotADirectory) => ("not_a_directory", "is not a directory"),
            Some(ErrorKind::InvalidFilename | ErrorKind::InvalidInput) => {
                ("invalid_name", "the name is too long or not valid")
            }
            _ => return Failure::new("io", format!("{error:#}")).at(path),
        };
        Failure::new(code, message).at(path)
    }
}

impl From<types::Error> for Failure {
    fn from(error: types::Error) -> Self {
        Failure { code: code(error.code), path: error.path, message: error.message }
    }
}

/// The component stopped: by a fault of its own, or because it was told to.
impl From<wasmtime::Error> for Failure {
    fn from(error: wasmtime::Error) -> Self {
        Failure::new("trap", format!("the component stopped: {}", error.root_cause()))
    }
}

/// A code's name in the class of its condition.
fn code(code: types::ErrorCode) -> &'static str {
    match code {
        types::ErrorCode::NotFound => "not_found",
        types::ErrorCode::NotPermitted => "not_permitted",
        types::ErrorCode::IsADirectory => "is_a_directory",
        types::ErrorCode::NotADirectory => "not_a_directory",
        types::ErrorCode::AlreadyExists => "already_exists",
        types::ErrorCode::InvalidName => "invalid_name",
        types::ErrorCode::NoSpace => "no_space",
        types::ErrorCode::TooLarge => "too_large",
        types::ErrorCode::BadManifest => "bad_manifest",
        types::ErrorCode::Io => "io",
    }
}

/// A value for R, or the failure as a list that R signals as a condition: an
/// error raised from here would have no class.
pub fn answer<T: Into<Robj>>(outcome: Outcome<T>) -> Robj {
    match outcome {
        Ok(value) => value.into(),
        Err(failure) => {
            let list = list!(
                code = failure.code,
                path = text::string(&failure.path),
                message = text::string(&failure.message)
            );
            match Robj::from(list).set_class(["fordway_failure"]) {
                Ok(failure) => failure.clone(),
                Err(error) => throw_r_error(error.to_string()),
            }
        }
    }
}
