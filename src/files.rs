//! Whole files, in and out.

use crate::draft::Draft;
use crate::error::{Code, Error};
use crate::fs::{Dir, File, Located};

/// The largest file that [`read`] takes: hosts hold a list of bytes in values
/// of up to 48 bytes, 128 MiB in all. A larger one goes through a stream.
pub const MAX_READ: u64 = 2_000_000;

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
    let Located { dir, rest, .. } = Dir::locate(path)?;
    dir.open(&rest).map_err(|error| error.at(path))
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
    finish(Draft::begin(path)?, data)
}

/// Puts `data` into a temporary file that is there already, and that in the
/// place of `target`.
pub fn fill(data: &[u8], temporary: &str, target: &str) -> Result<(), Error> {
    finish(Draft::adopt(temporary, target)?, data)
}

fn finish(mut draft: Draft, data: &[u8]) -> Result<(), Error> {
    draft.write(data)?;
    draft.commit()
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
    fn a_file_is_filled_and_replaces_its_target() {
        let dir = tempfile::tempdir().unwrap();
        let (temporary, target) = (at(&dir, "draft"), at(&dir, "data"));
        fs::write(&temporary, "").unwrap();
        fill(b"new", &temporary, &target).unwrap();
        assert_eq!(read(&target).unwrap(), b"new");
        assert_eq!(names(&dir), ["data"]);
        assert_eq!(fill(b"", &temporary, &target).unwrap_err().code, Code::NotFound);
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
