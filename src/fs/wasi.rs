//! The file system through `wasi:filesystem` and `wasi:io`.

use std::mem;

use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, OpenFlags, PathFlags,
    filesystem_error_code,
};
use wasip2::io::streams::{InputStream, StreamError};

use super::{Kind, Located, OUTSIDE, READ_ONLY, Stat, UNNAMED, not_utf8};
use crate::error::{Code, Error};
use crate::paths;

/// How many bytes one read asks for; hosts cut it to what they hand out at once
/// (64 KiB under wasmtime).
const BLOCK: u64 = 1 << 18;

/// Files below this size are read in one call. Hosts have to hand out that
/// much at once, or the end of a small file is not met (wasmtime does).
const SMALL: u64 = 1 << 16;

/// A directory that was handed over, or one below it.
#[derive(Debug)]
pub struct Dir(Descriptor);

impl Dir {
    /// The directory among those handed over that holds `path`, and the path
    /// as seen from there. The longest match wins.
    pub fn locate(path: &str) -> Result<Located, Error> {
        paths::check_text(path)?;
        get_directories()
            .into_iter()
            .filter_map(|(dir, base)| {
                let rest = paths::below(path, &base)?;
                Some(Located { dir: Dir(dir), base, rest })
            })
            .max_by_key(|found| found.base.len())
            .ok_or_else(|| {
                let why = "is in no directory that was handed over";
                Error::new(Code::NotPermitted, path, why)
            })
    }

    /// A directory below this one.
    pub fn open_dir(&self, path: &str) -> Result<Dir, Error> {
        // A directory is not looked up for writing: a read-only one is enough
        // to read from, and one that may be written to says so by itself.
        let flags = self.0.get_flags().unwrap_or(DescriptorFlags::READ);
        let wanted = flags & (DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY);
        self.0
            .open_at(PathFlags::SYMLINK_FOLLOW, path, OpenFlags::DIRECTORY, wanted)
            .map(Dir)
            .map_err(|code| lift(code, path))
    }

    /// What stands at `path`; `follow` says whether a link is looked through.
    pub fn stat(&self, path: &str, follow: bool) -> Result<Stat, Error> {
        let found = self.0.stat_at(path_flags(follow), path);
        found.map(|found| stat(&found)).map_err(|code| lift(code, path))
    }

    /// Opens a regular file to be read from its start.
    pub fn open(&self, path: &str) -> Result<File, Error> {
        let stat = self.stat(path, true)?;
        stat.check_regular(path)?;
        let fail = |code| lift(code, path);
        let file = self
            .0
            .open_at(path_flags(true), path, OpenFlags::empty(), DescriptorFlags::READ)
            .map_err(fail)?;
        let small = stat.size < SMALL;
        Ok(File { stream: None, file, stat, small, position: 0, whole: false, ahead: None })
    }

    /// Creates a file that must not exist yet.
    pub fn create_new(&self, path: &str) -> Result<Sink, Error> {
        let fail = |code| self.lift_change(code, path);
        let flags = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let file = self
            .0
            .open_at(PathFlags::empty(), path, flags, DescriptorFlags::WRITE)
            .map_err(fail)?;
        Ok(Sink { file, offset: 0 })
    }

    /// Opens a regular file that is there, no link, and empties it.
    pub fn open_to_write(&self, path: &str) -> Result<Sink, Error> {
        self.stat(path, false)?.check_regular(path)?;
        let (flags, wanted) = (OpenFlags::TRUNCATE, DescriptorFlags::WRITE);
        let file = self.0.open_at(PathFlags::empty(), path, flags, wanted);
        Ok(Sink { file: file.map_err(|code| self.lift_change(code, path))?, offset: 0 })
    }

    /// Whether names in here may be created and changed, as far as it was
    /// handed over; the system may still refuse. Asked of a directory that was
    /// handed over itself: of those below, hosts do not tell.
    pub fn may_change(&self) -> bool {
        let flags = self.0.get_flags();
        flags.map_or(true, |flags| flags.contains(DescriptorFlags::MUTATE_DIRECTORY))
    }

    /// What a change of a name failed with: that nothing may be changed is
    /// another thing than that a path leads outside.
    fn lift_change(&self, code: ErrorCode, path: &str) -> Error {
        if code == ErrorCode::NotPermitted && !self.may_change() {
            return Error::new(Code::NotPermitted, path, READ_ONLY);
        }
        lift(code, path)
    }

    /// Where a symbolic link points.
    pub fn read_link(&self, path: &str) -> Result<String, Error> {
        self.0.readlink_at(path).map_err(|code| lift(code, path))
    }

    /// Gives a file another name, over whatever file has it.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), Error> {
        self.0.rename_at(from, &self.0, to).map_err(|code| self.lift_change(code, to))
    }

    /// Removes a file.
    pub fn unlink(&self, path: &str) -> Result<(), Error> {
        self.0.unlink_file_at(path).map_err(|code| self.lift_change(code, path))
    }

    /// Gives every name in a directory, and what it is, to `visit`; a name that
    /// is not UTF-8 as an error. Returns how many were good.
    pub fn list(
        &self,
        path: &str,
        visit: &mut dyn FnMut(Result<(String, Kind), Error>),
    ) -> Result<usize, Error> {
        let dir = self.open_dir(path)?;
        let stream = dir.0.read_directory().map_err(|code| lift(code, path))?;
        let mut count = 0;
        loop {
            match stream.read_directory_entry() {
                Ok(Some(entry)) => {
                    count += 1;
                    visit(Ok((entry.name, kind(entry.type_))));
                }
                Ok(None) => return Ok(count),
                Err(ErrorCode::IllegalByteSequence) => visit(Err(not_utf8(path))),
                Err(code) => return Err(lift(code, path)),
            }
        }
    }

    /// Makes renames in this directory durable, where the system can.
    pub fn sync(&self) -> Result<(), Error> {
        self.0.sync().map_err(|code| lift(code, ""))
    }
}

/// A regular file, open for reading from its start to its end.
///
/// A small one comes in one call, which is all that it costs. A larger one
/// comes through a stream: that takes a few calls more, and the next bytes can
/// be fetched while others are hashed.
#[derive(Debug)]
pub struct File {
    // Before `file`: a stream is a child of its descriptor and goes first.
    stream: Option<InputStream>,
    file: Descriptor,
    stat: Stat,
    /// Whether the next read is the one call for a small file.
    small: bool,
    /// How many bytes that call brought.
    position: u64,
    whole: bool,
    /// What a read ahead brought at once.
    ahead: Option<Result<Vec<u8>, Error>>,
}

impl File {
    /// What it was when it was opened.
    pub fn stat(&self) -> Stat {
        self.stat
    }

    /// What it is now.
    pub fn restat(&self) -> Result<Stat, Error> {
        let found = self.file.stat().map_err(|code| lift(code, ""))?;
        Ok(stat(&found))
    }

    /// Whether one read brought all the bytes that were there when the file
    /// was opened, and met its end.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Bytes from a place on, at most so many and perhaps fewer; none at the
    /// end.
    pub fn read_at(&self, offset: u64, most: u64) -> Result<Vec<u8>, Error> {
        match self.file.read(most.min(SMALL), offset) {
            Ok((bytes, _)) => Ok(bytes),
            Err(code) => Err(lift(code, "")),
        }
    }

    /// Has the host fetch the next bytes while the caller does something else.
    /// One read ahead at a time: [`read`](File::read) takes what it brings.
    pub fn read_ahead(&mut self) {
        if self.small || self.ahead.is_some() {
            return;
        }
        match self.stream().map(|stream| stream.read(BLOCK)) {
            // Under way: the host holds what comes of it.
            Ok(Ok(bytes)) if bytes.is_empty() => {}
            Ok(now) => self.ahead = Some(lift_read(now)),
            Err(error) => self.ahead = Some(Err(error)),
        }
    }

    /// The next bytes, waited for; empty at the end.
    pub fn read(&mut self) -> Result<Vec<u8>, Error> {
        if let Some(read) = self.ahead.take() {
            return read;
        }
        // One byte more than there should be: if it does not come, the end was
        // met. What the call cannot bring, and why, is for the stream to tell.
        if mem::take(&mut self.small)
            && let Ok((bytes, _)) = self.file.read(self.stat.size + 1, 0)
        {
            self.position = bytes.len() as u64;
            self.whole = self.position == self.stat.size;
            return Ok(bytes);
        }
        let read = self.stream()?.blocking_read(BLOCK);
        lift_read(read)
    }

    /// The stream of what was not read yet.
    fn stream(&mut self) -> Result<&InputStream, Error> {
        match &mut self.stream {
            Some(stream) => Ok(stream),
            none => {
                let stream = self.file.read_via_stream(self.position);
                Ok(none.insert(stream.map_err(|code| lift(code, ""))?))
            }
        }
    }
}

/// A file that is being written, through its descriptor: a stream takes 64 KB
/// at a time and hands each piece to another thread.
#[derive(Debug)]
pub struct Sink {
    file: Descriptor,
    offset: u64,
}

impl Sink {
    /// Appends.
    pub fn write(&mut self, mut data: &[u8]) -> Result<(), Error> {
        while !data.is_empty() {
            let written = self.file.write(data, self.offset).map_err(|code| lift(code, ""))?;
            let rest = usize::try_from(written).ok().and_then(|written| data.get(written..));
            data = match rest {
                Some(rest) if written > 0 => rest,
                _ => return Err(Error::new(Code::Io, "", "the file takes no more bytes")),
            };
            self.offset += written;
        }
        Ok(())
    }

    /// Waits until everything is on the disk.
    pub fn finish(self) -> Result<(), Error> {
        self.file.sync().map_err(|code| lift(code, ""))
    }
}

fn path_flags(follow: bool) -> PathFlags {
    if follow { PathFlags::SYMLINK_FOLLOW } else { PathFlags::empty() }
}

fn kind(found: DescriptorType) -> Kind {
    match found {
        DescriptorType::RegularFile => Kind::File,
        DescriptorType::Directory => Kind::Directory,
        DescriptorType::SymbolicLink => Kind::Link,
        _ => Kind::Other,
    }
}

fn stat(found: &DescriptorStat) -> Stat {
    let modified = found.data_modification_timestamp;
    Stat {
        kind: kind(found.type_),
        size: found.size,
        modified: modified.map(|time| (time.seconds, time.nanoseconds)),
    }
}

fn lift_read(read: Result<Vec<u8>, StreamError>) -> Result<Vec<u8>, Error> {
    match read {
        Ok(bytes) => Ok(bytes),
        Err(StreamError::Closed) => Ok(Vec::new()),
        Err(StreamError::LastOperationFailed(error)) => Err(lift_stream(&error)),
    }
}

fn lift_stream(error: &wasip2::io::error::Error) -> Error {
    match filesystem_error_code(error) {
        Some(code) => lift(code, ""),
        None => Error::new(Code::Io, "", "the stream failed"),
    }
}

fn lift(code: ErrorCode, path: &str) -> Error {
    let (code, message) = match code {
        ErrorCode::NoEntry => (Code::NotFound, "no such file or directory"),
        ErrorCode::Access => (Code::NotPermitted, "permission denied"),
        ErrorCode::NotPermitted => (Code::NotPermitted, OUTSIDE),
        ErrorCode::ReadOnly => (Code::NotPermitted, "the file system is read-only"),
        ErrorCode::IsDirectory => (Code::IsADirectory, "is a directory"),
        ErrorCode::NotDirectory => (Code::NotADirectory, "is not a directory"),
        ErrorCode::Exist => (Code::AlreadyExists, "exists already"),
        ErrorCode::NameTooLong => (Code::InvalidName, "the name is too long"),
        ErrorCode::IllegalByteSequence => (Code::InvalidName, "the name is not UTF-8"),
        ErrorCode::Invalid => (Code::InvalidName, "the system does not take the name"),
        ErrorCode::InsufficientSpace => (Code::NoSpace, "no space left on the device"),
        ErrorCode::Quota => (Code::NoSpace, "the disk quota is used up"),
        ErrorCode::FileTooLarge | ErrorCode::Overflow => (Code::TooLarge, "the file is too large"),
        ErrorCode::InsufficientMemory => (Code::TooLarge, "the system is out of memory"),
        ErrorCode::Loop | ErrorCode::TooManyLinks => (Code::Io, "too many symbolic links"),
        ErrorCode::Busy | ErrorCode::TextFileBusy => (Code::Io, "the file is in use"),
        ErrorCode::NoDevice | ErrorCode::NoSuchDevice => (Code::Io, "no such device"),
        ErrorCode::Interrupted => (Code::Io, "the operation was interrupted"),
        ErrorCode::Io => (Code::Io, UNNAMED),
        other => return Error::new(Code::Io, path, format!("the system says: {}", other.name())),
    };
    Error::new(code, path, message)
}
