//! A failure on its way to R, where it becomes a condition.

use std::io;

use extendr_api::prelude::*;

use crate::text;

/// What went wrong. R's class of it is `fordway_error_` and the code.
#[derive(Clone, Debug)]
pub struct Failure {
    code: &'static str,
    path: String,
    message: String,
}

/// What a call into a component gives.
pub type Outcome<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure that is about no path.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Failure { code, path: String::new(), message: message.into() }
    }

    /// No failure: R leaves, by the jump of that number.
    pub fn jump(number: i32) -> Self {
        Failure::new("jump", number.to_string())
    }

    pub fn no_memory() -> Self {
        Failure::new("no_memory", "there is not enough memory")
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

    /// What the system refused, one cause a message.
    pub fn of_system(error: &io::Error) -> Self {
        use std::io::ErrorKind;
        let (code, message) = match error.kind() {
            ErrorKind::NotFound => ("not_found", "no such file or directory"),
            ErrorKind::PermissionDenied => ("not_permitted", "permission denied"),
            ErrorKind::ReadOnlyFilesystem => ("not_permitted", "the file system is read-only"),
            ErrorKind::NotADirectory => ("not_a_directory", "is not a directory"),
            ErrorKind::IsADirectory => ("is_a_directory", "is a directory"),
            ErrorKind::InvalidFilename | ErrorKind::InvalidInput => {
                ("invalid_name", "the name is too long or not valid")
            }
            ErrorKind::StorageFull => ("no_space", "the disk is full"),
            ErrorKind::QuotaExceeded => ("no_space", "the quota is used up"),
            ErrorKind::OutOfMemory => return Failure::no_memory(),
            _ => return Failure::new("io", error.to_string()),
        };
        Failure::new(code, message)
    }

    /// A directory that the host could not hand over.
    pub fn of_directory(error: &wasmtime::Error, path: &str) -> Self {
        let failure = match error.downcast_ref::<io::Error>() {
            Some(error) => Failure::of_system(error),
            None => Failure::new("io", format!("{error:#}")),
        };
        failure.at(path)
    }
}

/// The component stopped at a fault of its own.
impl From<wasmtime::Error> for Failure {
    fn from(error: wasmtime::Error) -> Self {
        Failure::new("trap", format!("the component stopped: {}", error.root_cause()))
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
