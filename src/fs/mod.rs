//! The file system, as far as the core needs it: one face, two bodies.
//!
//! [`wasi`] is what the component uses: the WASI bindings themselves rather
//! than `std::fs`, which loses the cause of a failure and reads more slowly.
//! [`native`] has the same names over `std::fs`, so that everything above is
//! tested without a WebAssembly runtime.
//!
//! Only regular files are opened: opening a pipe could wait for good.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(target_family = "wasm")]
mod wasi;

#[cfg(not(target_family = "wasm"))]
pub use native::{Dir, File, Sink};
#[cfg(target_family = "wasm")]
pub use wasi::{Dir, File, Sink};

use crate::error::{Code, Error};

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, where links were not followed.
    Link,
    /// A device, a pipe or a socket.
    Other,
}

/// Size and time of a file: if both are the same after a read as before it,
/// the file was not written to meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Its size in bytes.
    pub size: u64,
    /// The time of its last change: seconds and nanoseconds since 1970.
    pub modified: Option<(u64, u32)>,
}

impl Stat {
    /// Refuses whatever is not a regular file.
    pub fn check_regular(&self, path: &str) -> Result<(), Error> {
        match self.kind {
            Kind::File => Ok(()),
            Kind::Directory => Err(Error::new(Code::IsADirectory, path, "is a directory")),
            Kind::Link | Kind::Other => Err(Error::new(Code::Io, path, "is not a regular file")),
        }
    }
}

/// A path, seen from the directory that holds it.
#[derive(Debug)]
pub struct Located {
    /// A directory that was handed over.
    pub dir: Dir,
    /// The name by which it was.
    pub base: String,
    /// The path from there.
    pub rest: String,
}

/// Why a path is refused that leaves what was handed over.
pub const OUTSIDE: &str = "leads outside the directory that was handed over";

/// Why a file does not open where the system says that too many are open.
pub const TOO_MANY: &str = "too many files are open";

/// What is said where the system had a cause that WASI has no name for: too
/// many open files, a fault of the device, a handle of a network's file system
/// that went stale.
pub const UNNAMED: &str = "the system cannot do it, for a cause that WASI has no name for";

/// Whether an error may go away once fewer files are open.
pub fn may_be_too_many(error: &Error) -> bool {
    error.code == Code::Io && matches!(error.message.as_str(), TOO_MANY | UNNAMED)
}

/// Why a change is refused in a directory that was handed over for reading.
pub const READ_ONLY: &str = "the directory was handed over for reading only";

impl Dir {
    /// Opens a directory that was handed over, or one below it.
    pub fn open_root(path: &str) -> Result<Dir, Error> {
        let Located { dir, rest, .. } = Dir::locate(path)?;
        dir.open_dir(&rest).map_err(|error| error.at(path))
    }
}

impl File {
    /// Fails if the file is not what it was when it was opened: what was read
    /// may be part old, part new.
    ///
    /// `expected` says that the bytes read are those that the file should hold,
    /// which settles it if one read brought them all: nothing is made up of
    /// what stood there at different times, and what the file became later is
    /// not asked. Looking again would cost a small file as much as reading it.
    pub fn check_unchanged(&self, expected: bool) -> Result<(), Error> {
        if expected && self.is_whole() || self.restat()? == self.stat() {
            Ok(())
        } else {
            Err(changed())
        }
    }
}

/// A file is not what it was when it was opened.
pub fn changed() -> Error {
    Error::new(Code::Io, "", "changed while it was read")
}

/// A name in the directory `path` that text cannot carry.
fn not_utf8(path: &str) -> Error {
    Error::new(Code::InvalidName, path, "holds a name that is not UTF-8")
}
