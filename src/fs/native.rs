//! The file system through `std::fs`, for native tests and benchmarks.
//!
//! It refuses links that lead out by comparing resolved paths, which is enough
//! for a test and open to races; the component relies on WASI instead.

use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{Kind, Located, OUTSIDE, Stat, TOO_MANY, not_utf8};
use crate::error::{Code, Error};
use crate::paths;

/// How many bytes one read asks for.
const BLOCK: usize = 1 << 16;

/// A directory, and everything below it.
#[derive(Debug)]
pub struct Dir(PathBuf);

impl Dir {
    /// The directory that holds `path`, and the path as seen from there.
    pub fn locate(path: &str) -> Result<Located, Error> {
        paths::check_text(path)?;
        let base = if path.starts_with('/') { "/" } else { "." };
        let rest = paths::below(path, base).unwrap_or_else(|| path.to_owned());
        Ok(Located { dir: Dir(PathBuf::from(base)), base: base.to_owned(), rest })
    }

    /// A directory below this one.
    pub fn open_dir(&self, path: &str) -> Result<Dir, Error> {
        let full = self.inside(path)?;
        let meta = fs::metadata(&full).map_err(|error| lift(&error, path))?;
        if !meta.is_dir() {
            return Err(Error::new(Code::NotADirectory, path, "is not a directory"));
        }
        Ok(Dir(full))
    }

    /// What stands at `path`; `follow` says whether a link is looked through.
    pub fn stat(&self, path: &str, follow: bool) -> Result<Stat, Error> {
        let meta = if follow {
            fs::metadata(self.inside(path)?)
        } else {
            fs::symlink_metadata(self.0.join(path))
        };
        Ok(stat(&meta.map_err(|error| lift(&error, path))?))
    }

    /// Opens a regular file to be read from its start.
    pub fn open(&self, path: &str) -> Result<File, Error> {
        let stat = self.stat(path, true)?;
        stat.check_regular(path)?;
        let file = fs::File::open(self.inside(path)?).map_err(|error| lift(&error, path))?;
        Ok(File { file, stat, position: 0, whole: false })
    }

    /// Creates a file that must not exist yet.
    pub fn create_new(&self, path: &str) -> Result<Sink, Error> {
        let mut options = fs::OpenOptions::new();
        let file = options.write(true).create_new(true).open(self.0.join(path));
        Ok(Sink(file.map_err(|error| lift(&error, path))?))
    }

    /// Opens a regular file that is there, no link, and empties it.
    pub fn open_to_write(&self, path: &str) -> Result<Sink, Error> {
        self.stat(path, false)?.check_regular(path)?;
        let mut options = fs::OpenOptions::new();
        let file = options.write(true).truncate(true).open(self.0.join(path));
        Ok(Sink(file.map_err(|error| lift(&error, path))?))
    }

    /// Whether names in here may be created and changed, as far as it was
    /// handed over; the system may still refuse.
    pub fn may_change(&self) -> bool {
        true
    }

    /// Where a symbolic link points.
    pub fn read_link(&self, path: &str) -> Result<String, Error> {
        let target = fs::read_link(self.0.join(path)).map_err(|error| lift(&error, path))?;
        target
            .into_os_string()
            .into_string()
            .map_err(|_| Error::new(Code::InvalidName, path, "links to a name that is not UTF-8"))
    }

    /// Gives a file another name, over whatever file has it.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), Error> {
        fs::rename(self.0.join(from), self.0.join(to)).map_err(|error| lift(&error, to))
    }

    /// Removes a file.
    pub fn unlink(&self, path: &str) -> Result<(), Error> {
        fs::remove_file(self.0.join(path)).map_err(|error| lift(&error, path))
    }

    /// Gives every name in a directory, and what it is, to `visit`; a name that
    /// is not UTF-8 as an error. Returns how many were good.
    pub fn list(
        &self,
        path: &str,
        visit: &mut dyn FnMut(Result<(String, Kind), Error>),
    ) -> Result<usize, Error> {
        let fail = |error: io::Error| lift(&error, path);
        let mut count = 0;
        for entry in fs::read_dir(self.inside(path)?).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let kind = entry.file_type().map(kind).map_err(fail)?;
            match entry.file_name().into_string() {
                Ok(name) => {
                    count += 1;
                    visit(Ok((name, kind)));
                }
                Err(_) => visit(Err(not_utf8(path))),
            }
        }
        Ok(count)
    }

    /// Makes renames in this directory durable, where the system can.
    pub fn sync(&self) -> Result<(), Error> {
        let synced = fs::File::open(&self.0).and_then(|dir| dir.sync_all());
        synced.map_err(|error| lift(&error, ""))
    }

    fn inside(&self, path: &str) -> Result<PathBuf, Error> {
        let full = self.0.join(path);
        if self.0 != Path::new("/") {
            let real = |path: &Path| path.canonicalize().map_err(|error| lift(&error, ""));
            let leads_in = real(&full).and_then(|full| Ok(full.starts_with(real(&self.0)?)));
            if !leads_in.map_err(|error| error.at(path))? {
                return Err(Error::new(Code::NotPermitted, path, OUTSIDE));
            }
        }
        Ok(full)
    }
}

/// A regular file, open for reading from its start to its end.
#[derive(Debug)]
pub struct File {
    file: fs::File,
    stat: Stat,
    position: u64,
    whole: bool,
}

impl File {
    /// What it was when it was opened.
    pub fn stat(&self) -> Stat {
        self.stat
    }

    /// What it is now.
    pub fn restat(&self) -> Result<Stat, Error> {
        let meta = self.file.metadata().map_err(|error| lift(&error, ""))?;
        Ok(stat(&meta))
    }

    /// Whether one read brought all the bytes that were there when the file
    /// was opened, and met its end.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Bytes from a place on, at most so many and perhaps fewer; none at the
    /// end. What [`read`](File::read) brings next is then undefined.
    pub fn read_at(&self, offset: u64, most: u64) -> Result<Vec<u8>, Error> {
        let mut block = vec![0; most.min(BLOCK as u64) as usize];
        let mut file = &self.file;
        let length = file.seek(SeekFrom::Start(offset)).and_then(|_| file.read(&mut block));
        block.truncate(length.map_err(|error| lift(&error, ""))?);
        Ok(block)
    }

    /// Has the next bytes fetched meanwhile; here the system does so unasked.
    pub fn read_ahead(&mut self) {}

    /// The next bytes, waited for; empty at the end.
    pub fn read(&mut self) -> Result<Vec<u8>, Error> {
        let mut block = vec![0; BLOCK];
        let length = self.file.read(&mut block).map_err(|error| lift(&error, ""))?;
        let at_once = self.position == 0 && length < BLOCK;
        self.whole |= at_once && length as u64 == self.stat.size;
        self.position += length as u64;
        block.truncate(length);
        Ok(block)
    }
}

/// A file that is being written.
#[derive(Debug)]
pub struct Sink(fs::File);

impl Sink {
    /// Appends.
    pub fn write(&mut self, data: &[u8]) -> Result<(), Error> {
        self.0.write_all(data).map_err(|error| lift(&error, ""))
    }

    /// Waits until everything is on the disk.
    pub fn finish(self) -> Result<(), Error> {
        self.0.sync_all().map_err(|error| lift(&error, ""))
    }
}

fn kind(found: fs::FileType) -> Kind {
    if found.is_file() {
        Kind::File
    } else if found.is_dir() {
        Kind::Directory
    } else if found.is_symlink() {
        Kind::Link
    } else {
        Kind::Other
    }
}

fn stat(meta: &fs::Metadata) -> Stat {
    let modified = meta.modified().ok();
    let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Stat {
        kind: kind(meta.file_type()),
        size: meta.len(),
        modified: modified.map(|since| (since.as_secs(), since.subsec_nanos())),
    }
}

fn lift(error: &io::Error, path: &str) -> Error {
    use io::ErrorKind;
    let (code, message) = match error.kind() {
        ErrorKind::NotFound => (Code::NotFound, "no such file or directory"),
        ErrorKind::PermissionDenied => (Code::NotPermitted, "permission denied"),
        ErrorKind::IsADirectory => (Code::IsADirectory, "is a directory"),
        ErrorKind::NotADirectory => (Code::NotADirectory, "is not a directory"),
        ErrorKind::AlreadyExists => (Code::AlreadyExists, "exists already"),
        ErrorKind::InvalidFilename => (Code::InvalidName, "the name is too long or not valid"),
        ErrorKind::StorageFull => (Code::NoSpace, "no space left on the device"),
        ErrorKind::QuotaExceeded => (Code::NoSpace, "the disk quota is used up"),
        ErrorKind::FileTooLarge => (Code::TooLarge, "the file is too large"),
        ErrorKind::ReadOnlyFilesystem => (Code::NotPermitted, "the file system is read-only"),
        _ => match error.raw_os_error() {
            // ENFILE and EMFILE, on every Unix.
            Some(23 | 24) => (Code::Io, TOO_MANY),
            Some(5) => (Code::Io, "the device reports an error"),
            _ => return Error::new(Code::Io, path, error.to_string()),
        },
    };
    Error::new(code, path, message)
}
