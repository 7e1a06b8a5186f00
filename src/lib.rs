//! The core of fordway: files, checksums, numbers and a tour of every kind of
//! value, compiled once to a WebAssembly component.
//!
//! The contract is in `wit/`. One module carries out each of its interfaces
//! and knows nothing of components or hosts; `component` binds the two. Data
//! walks one way: export, module, file system.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`files`] | whole files, in and out |
//! | [`place`] | where a write goes |
//! | [`draft`] | a file being written, all or nothing |
//! | [`checksums`] | digests, and directories checked against a manifest |
//! | [`numbers`] | kernels over lists of numbers |
//! | [`tour`] | every kind of value |
//! | [`manifest`] | the lines of a manifest, as pure functions |
//! | [`lines`] | from the bytes of a manifest to its rows |
//! | [`rows`] | what some lines of a manifest say |
//! | [`listing`] | a manifest as a list that is read again where it is needed |
//! | [`hash`] | the digest algorithms |
//! | [`walk`] | every file below a directory |
//! | [`command`] | the verbs of the command line, over byte streams |
//! | [`verdict`] | whether a check succeeded: the one rule |
//! | [`quote`] | how messages show a name: the one rule |
//! | [`transcript`] | what a check prints, line for line like `sha1sum --check` |
//! | [`lanes`] | SHA-1 and SHA-256 over many files side by side |
//! | [`paths`] | names as text: which ones are let through |
//! | [`fs`] | the file system, through WASI or natively |
//! | [`error`] | the error that crosses the border |

pub mod checksums;
pub mod command;
pub mod draft;
pub mod error;
pub mod files;
pub mod fs;
pub mod hash;
pub mod lanes;
pub mod lines;
pub mod listing;
pub mod manifest;
pub mod numbers;
pub mod paths;
pub mod place;
pub mod quote;
pub mod rows;
pub mod tour;
pub mod transcript;
pub mod verdict;
pub mod walk;

#[cfg(target_family = "wasm")]
mod component;
