//! What the WIT files say, generated; and the codes of failures.

use crate::component::failure::Failure;

wasmtime::component::bindgen!({
    path: "component/wit",
    world: "fordway",
    // Texts go out of R without a copy on the way.
    ownership: Borrowing { duplicate_if_necessary: true },
});

pub use exports::fordway::core::checksums::{Algorithm, Entry, Fault, Leniency, Report, Tally};
pub use exports::fordway::core::files::Draft;
pub use exports::fordway::core::tour::Person;
pub use fordway::core::types;

impl From<types::Error> for Failure {
    fn from(error: types::Error) -> Self {
        Failure::new(code(error.code), error.message).at(&error.path)
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
        types::ErrorCode::InvalidArgument => "invalid_argument",
        types::ErrorCode::Io => "io",
    }
}
