//! Whole files, in and out.

use crate::error::{Code, Error};
use crate::fs::{Dir, File, Kind};
use crate::hash::Algorithm;
use crate::paths;

/// The largest file that [`read`] takes: hosts hold a list of bytes in values
/// of up to 48 bytes, 128 MiB in all. A larger one goes through a stream.
pub const MAX_READ: u64 = 2_000_000;

/// How many writers of one file can be at work side by side.
const SLOTS: u32 = 16;

/// After how many seconds a temporary file is taken for one that a killed
/// writer left behind.
const STALE: u64 = 3600;

/// How many links a path may lead through, as in Linux.
const MAX_LINKS: u32 = 40;

/// A file's bytes.
pub fn read(path: &str) -> Result<Vec<u8>, Error> {
    let mut file = open(path)?;
    let size = file.stat().size;
    let mut data = Vec::with_capacity(size.min(MAX_READ) as usize);
    loop {
        let block = file.read().map_err(|error| error.at(path))?;
        if block.is_empty() {
            return Ok(data);
        }
        data.extend_from_slice(&block);
        if data.len() as u64 > MAX_READ {
            let why = format!("is larger than {MAX_READ} bytes, read it as a stream");
            return Err(Error::new(Code::TooLarge, path, why));
        }
    }
}

/// Opens a file that is to be read as a stream.
pub fn open(path: &str) -> Result<File, Error> {
    let (dir, name) = Dir::locate(path)?;
    dir.open(&name).map_err(|error| error.at(path))
}

/// A file that is read block by block, for callers that hold the whole.
#[derive(Debug)]
pub struct Reader {
    file: File,
    /// The caller's path, for messages.
    path: String,
}

impl Reader {
    /// Opens a regular file.
    pub fn open(path: &str) -> Result<Reader, Error> {
        Ok(Reader { file: open(path)?, path: path.to_owned() })
    }

    /// Its size when it was opened.
    pub fn size(&self) -> u64 {
        self.file.stat().size
    }

    /// The next bytes; none at the end, where the file is looked at again.
    #[allow(clippy::should_implement_trait)] // it fails, and says so in WIT's words
    pub fn next(&mut self) -> Result<Vec<u8>, Error> {
        let block = self.file.read().map_err(|error| error.at(&self.path))?;
        if block.is_empty() {
            let now = self.file.restat().map_err(|error| error.at(&self.path))?;
            if now != self.file.stat() {
                return Err(Error::new(Code::Io, &self.path, "changed while it was read"));
            }
        }
        Ok(block)
    }
}

/// Puts `data` at `path`, all or nothing.
pub fn write(data: &[u8], path: &str) -> Result<(), Error> {
    let mut draft = Draft::begin(path)?;
    draft.write(data)?;
    draft.commit()
}

/// A file being written beside its target, which it replaces on
/// [`commit`](Draft::commit). Dropped before that, it goes without a trace.
#[derive(Debug)]
pub struct Draft {
    dir: Dir,
    /// The caller's path, for messages.
    path: String,
    target: String,
    temporary: String,
    sink: Option<crate::fs::Sink>,
}

impl Draft {
    /// Creates the temporary file; the target is not touched.
    pub fn begin(path: &str) -> Result<Draft, Error> {
        let (dir, name) = Dir::locate(path)?;
        let begin = || {
            let target = follow_links(&dir, &name)?;
            let (temporary, sink) = create_beside(&dir, &target)?;
            Ok((target, temporary, sink))
        };
        let (target, temporary, sink) = begin().map_err(|error: Error| error.at(path))?;
        Ok(Draft { dir, path: path.to_owned(), target, temporary, sink: Some(sink) })
    }

    /// Appends.
    pub fn write(&mut self, data: &[u8]) -> Result<(), Error> {
        match &mut self.sink {
            Some(sink) => sink.write(data).map_err(|error| error.at(&self.path)),
            None => Ok(()),
        }
    }

    /// Syncs the temporary file and renames it over the target.
    pub fn commit(mut self) -> Result<(), Error> {
        let sink = self.sink.take();
        let result = sink
            .map_or(Ok(()), |sink| sink.finish())
            .and_then(|()| self.dir.rename(&self.temporary, &self.target));
        if let Err(error) = result {
            // Nothing more can be done for a temporary file that will not go.
            let _ = self.dir.unlink(&self.temporary);
            return Err(error.at(&self.path));
        }
        // The new content is in place; a system that cannot sync a directory
        // is no reason to say that it is not.
        let (parent, _) = paths::split(&self.target);
        let _ = self.dir.open_dir(parent).and_then(|parent| parent.sync());
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(sink) = self.sink.take() {
            drop(sink);
            let _ = self.dir.unlink(&self.temporary);
        }
    }
}

/// The path that a write to `name` replaces: at the end of its links.
fn follow_links(dir: &Dir, name: &str) -> Result<String, Error> {
    let mut target = name.to_owned();
    for _ in 0..MAX_LINKS {
        let (parent, last) = paths::split(&target);
        if matches!(last, "" | "." | "..") {
            return Err(Error::new(Code::IsADirectory, name, "is a directory"));
        }
        let stat = match dir.stat(&target, false) {
            Err(error) if error.code == Code::NotFound => return Ok(target),
            other => other?,
        };
        if stat.kind != Kind::Link {
            stat.check_regular(name)?;
            return Ok(target);
        }
        let link = dir.read_link(&target)?;
        if link.starts_with('/') {
            let why = "links to an absolute path, which leads outside";
            return Err(Error::new(Code::NotPermitted, name, why));
        }
        target = paths::join(parent, &link);
    }
    Err(Error::new(Code::Io, name, "too many symbolic links"))
}

/// Creates a temporary file in the directory of `target`.
///
/// Its name follows from the target's and a slot's number, so that what a
/// killed writer left is found again without a look through the directory.
fn create_beside(dir: &Dir, target: &str) -> Result<(String, crate::fs::Sink), Error> {
    let (parent, last) = paths::split(target);
    let mut hasher = Algorithm::Sha1.hasher();
    hasher.update(last.as_bytes());
    let tag = crate::hash::hex(&hasher.finish()[..8]);
    for slot in 0..SLOTS {
        let temporary = paths::join(parent, &format!(".fordway-{tag}-{slot}.tmp"));
        match dir.create_new(&temporary) {
            Err(error) if error.code == Code::AlreadyExists => {
                if !is_stale(dir, &temporary) {
                    continue;
                }
                // Another writer may clear it away first; the slot is then
                // taken by whoever creates it first.
                let _ = dir.unlink(&temporary);
                if let Ok(sink) = dir.create_new(&temporary) {
                    return Ok((temporary, sink));
                }
            }
            other => return Ok((temporary, other?)),
        }
    }
    let why = format!("{SLOTS} writers are at work on it, or were killed within the hour");
    Err(Error::new(Code::AlreadyExists, target, why))
}

fn is_stale(dir: &Dir, temporary: &str) -> bool {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let (Ok(now), Ok(stat)) = (now, dir.stat(temporary, false)) else {
        return false;
    };
    let then = stat.modified.map_or(0, |(seconds, _)| seconds);
    stat.kind == Kind::File && now.as_secs().saturating_sub(then) > STALE
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn at(dir: &tempfile::TempDir, name: &str) -> String {
        dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn names(dir: &tempfile::TempDir) -> Vec<String> {
        let entries = fs::read_dir(dir.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = at(&dir, "data");
        for data in [&b""[..], b"\0", &[7; 100_000], b"short"] {
            write(data, &path).unwrap();
            assert_eq!(read(&path).unwrap(), data);
        }
        assert_eq!(names(&dir), ["data"]);
    }

    #[test]
    fn a_draft_that_is_dropped_leaves_the_old_content() {
        let dir = tempfile::tempdir().unwrap();
        let path = at(&dir, "data");
        write(b"old", &path).unwrap();
        let mut draft = Draft::begin(&path).unwrap();
        draft.write(b"new").unwrap();
        drop(draft);
        assert_eq!(read(&path).unwrap(), b"old");
        assert_eq!(names(&dir), ["data"]);
    }

    #[test]
    fn two_writers_do_not_meet() {
        let dir = tempfile::tempdir().unwrap();
        let path = at(&dir, "data");
        let mut first = Draft::begin(&path).unwrap();
        let mut second = Draft::begin(&path).unwrap();
        first.write(b"first").unwrap();
        second.write(b"second").unwrap();
        first.commit().unwrap();
        assert_eq!(read(&path).unwrap(), b"first");
        second.commit().unwrap();
        assert_eq!(read(&path).unwrap(), b"second");
    }

    #[test]
    fn a_stale_temporary_file_is_cleared_away() {
        let dir = tempfile::tempdir().unwrap();
        let path = at(&dir, "data");
        let draft = Draft::begin(&path).unwrap();
        let left = at(&dir, draft.temporary.rsplit('/').next().unwrap());
        drop(draft);
        let file = fs::File::create(&left).unwrap();
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(STALE + 60);
        file.set_modified(old).unwrap();
        write(b"new", &path).unwrap();
        assert_eq!(names(&dir), ["data"]);
    }

    #[test]
    fn a_link_is_followed_to_its_file() {
        let dir = tempfile::tempdir().unwrap();
        write(b"old", &at(&dir, "data")).unwrap();
        std::os::unix::fs::symlink("data", dir.path().join("link")).unwrap();
        write(b"new", &at(&dir, "link")).unwrap();
        assert_eq!(read(&at(&dir, "data")).unwrap(), b"new");
        assert!(fs::symlink_metadata(dir.path().join("link")).unwrap().is_symlink());
    }

    #[test]
    fn errors_name_the_callers_path() {
        let dir = tempfile::tempdir().unwrap();
        let missing = at(&dir, "missing");
        let root = dir.path().to_str().unwrap();
        let error = read(&missing).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (Code::NotFound, missing.as_str()));
        assert_eq!(read(root).unwrap_err().code, Code::IsADirectory);
        assert_eq!(write(b"", root).unwrap_err().code, Code::IsADirectory);
        assert_eq!(write(b"", &at(&dir, "no/file")).unwrap_err().code, Code::NotFound);
        assert_eq!(read("").unwrap_err().code, Code::NotFound);
        assert_eq!(read("a\0b").unwrap_err().code, Code::InvalidName);
    }

    #[test]
    fn a_reader_gives_the_whole_file_in_blocks() {
        let dir = tempfile::tempdir().unwrap();
        let path = at(&dir, "data");
        for data in [vec![], vec![7], vec![7; MAX_READ as usize + 1]] {
            write(&data, &path).unwrap();
            let mut reader = Reader::open(&path).unwrap();
            assert_eq!(reader.size(), data.len() as u64);
            let blocks = std::iter::from_fn(|| Some(reader.next().unwrap()));
            let found: Vec<u8> = blocks.take_while(|block| !block.is_empty()).flatten().collect();
            assert_eq!(found, data);
            assert!(reader.next().unwrap().is_empty(), "the end stays the end");
        }
        assert_eq!(Reader::open(&at(&dir, "missing")).unwrap_err().code, Code::NotFound);
    }

    #[test]
    fn a_reader_tells_that_its_file_changed() {
        let dir = tempfile::tempdir().unwrap();
        let path = at(&dir, "data");
        write(&[7; 300_000], &path).unwrap();
        let mut reader = Reader::open(&path).unwrap();
        reader.next().unwrap();
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(100).unwrap();
        let last = std::iter::from_fn(|| Some(reader.next()))
            .find(|block| block.as_ref().map_or(true, Vec::is_empty));
        let error = last.unwrap().unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (Code::Io, path.as_str()));
    }

    #[test]
    fn a_file_over_the_limit_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = at(&dir, "large");
        let file = fs::File::create(&path).unwrap();
        file.set_len(MAX_READ).unwrap();
        assert_eq!(read(&path).unwrap().len() as u64, MAX_READ);
        file.set_len(MAX_READ + 1).unwrap();
        assert_eq!(read(&path).unwrap_err().code, Code::TooLarge);
    }
}
