//! Errors on their way out.

use super::bindings::fordway::core::types;
use crate::error::{Code, Error};

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
            Code::InvalidArgument => types::ErrorCode::InvalidArgument,
            Code::Io => types::ErrorCode::Io,
        }
    }
}
