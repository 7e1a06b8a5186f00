//! Whole files, through the component's readers and writers.

use extendr_api::prelude::*;
use wasmtime::component::ResourceAny;

use crate::failure::{Failure, Outcome, answer};
use crate::instance::{Grant, Instance};

/// How many bytes go to the component at once: few enough to stay in a
/// processor's cache on their way.
const BLOCK: usize = 1 << 18;

/// The directory to hand over for a path, and the path as seen from there.
///
/// A path that ends in a directory's name for itself is handed over whole: it
/// is no file, and the component is to say so.
pub fn split(path: &str) -> (&str, &str) {
    let trimmed = path.trim_end_matches('/');
    let start = trimmed.rfind('/').map_or(0, |at| at + 1);
    match (&trimmed[start..], start) {
        ("", _) if path.is_empty() => (".", ""),
        ("" | "." | "..", _) => (path, "."),
        (_, 0) => (".", path),
        (_, 1) => ("/", &path[1..]),
        _ => (&path[..start - 1], &path[start..]),
    }
}

/// A file that is open until it is read.
pub struct Opened(Option<(Instance, ResourceAny)>);

fn open(path: &str) -> Outcome<(Opened, f64)> {
    let (dir, name) = split(path);
    let mut instance = Instance::new(Grant::Read(dir)).map_err(|failure| failure.at(path))?;
    let opened = instance.call(|exports, store| {
        let reader = exports.fordway_core_files().reader();
        match reader.call_open(&mut *store, name)? {
            Ok(handle) => Ok(Ok((handle, reader.call_size(&mut *store, handle)?))),
            Err(error) => Ok(Err(error)),
        }
    });
    let (handle, size) = opened?.map_err(|error| Failure::from(error).at(path))?;
    Ok((Opened(Some((instance, handle))), size as f64))
}

/// Fills `buffer`; what does not fit comes back beside the count.
fn fill(opened: &mut Opened, buffer: &mut [u8]) -> Outcome<(usize, Vec<u8>)> {
    let Some((mut instance, handle)) = opened.0.take() else {
        return Err(Failure::new("io", "the file was read already"));
    };
    let read = instance.call(|exports, store| {
        let reader = exports.fordway_core_files().reader();
        let (mut filled, mut rest) = (0, Vec::new());
        loop {
            let block = match reader.call_next(&mut *store, handle)? {
                Ok(block) if block.is_empty() => return Ok(Ok((filled, rest))),
                Ok(block) => block,
                Err(error) => return Ok(Err(error)),
            };
            let fits = block.len().min(buffer.len() - filled);
            buffer[filled..filled + fits].copy_from_slice(&block[..fits]);
            filled += fits;
            rest.extend_from_slice(&block[fits..]);
        }
    });
    Ok(read??)
}

fn write(data: &[u8], path: &str) -> Outcome<()> {
    let (dir, name) = split(path);
    let mut instance = Instance::new(Grant::Write(dir)).map_err(|failure| failure.at(path))?;
    let written = instance.call(|exports, store| {
        let writer = exports.fordway_core_files().writer();
        let handle = match writer.call_open(&mut *store, name)? {
            Ok(handle) => handle,
            Err(error) => return Ok(Err(error)),
        };
        for block in data.chunks(BLOCK) {
            if let Err(error) = writer.call_append(&mut *store, handle, block)? {
                // The draft goes without a trace.
                handle.resource_drop(&mut *store)?;
                return Ok(Err(error));
            }
        }
        writer.call_commit(&mut *store, handle)
    });
    written?.map_err(|error| Failure::from(error).at(path))
}

#[extendr]
fn core_open(path: &str) -> Robj {
    answer(open(path).map(|(opened, size)| list!(file = ExternalPtr::new(opened), size = size)))
}

#[extendr]
fn core_fill(mut file: ExternalPtr<Opened>, mut buffer: Robj, path: &str) -> Robj {
    let Some(slice) = buffer.as_raw_slice_mut() else {
        return answer::<()>(Err(Failure::new("io", "the buffer is no raw vector")));
    };
    let filled = fill(&mut file, slice).map_err(|failure| failure.at(path));
    answer(
        filled.map(|(filled, rest)| list!(filled = filled as f64, rest = Raw::from_bytes(&rest))),
    )
}

#[extendr]
fn core_write(data: Robj, path: &str) -> Robj {
    let bytes = data.as_raw_slice().or_else(|| data.as_str().map(str::as_bytes));
    answer(match bytes {
        Some(bytes) => write(bytes, path),
        None => Err(Failure::new("io", "the data is neither raw nor a string")),
    })
}

extendr_module! {
    mod files;
    fn core_open;
    fn core_fill;
    fn core_write;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_where_its_directory_ends() {
        for (path, dir, name) in [
            ("a", ".", "a"),
            ("a/b", "a", "b"),
            ("./a", ".", "a"),
            ("/a", "/", "a"),
            ("/a/b", "/a", "b"),
            ("a//b", "a/", "b"),
            ("a/b/", "a", "b/"),
            ("a/", ".", "a/"),
            ("/a/", "/", "a/"),
            // No file: the component is to say so.
            ("", ".", ""),
            (".", ".", "."),
            ("..", "..", "."),
            ("/", "/", "."),
            ("//", "//", "."),
            ("a/..", "a/..", "."),
            ("a/./", "a/./", "."),
        ] {
            assert_eq!(split(path), (dir, name), "{path:?}");
        }
    }
}
