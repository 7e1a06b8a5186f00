//! Whole files, through the component's readers and writers. A thread of its
//! own does the work; R hands blocks over, or takes them, and can leave.

mod draft;

use std::sync::Arc;
use std::time::Duration;

use extendr_api::prelude::*;
use rustix::fs::{Mode, OFlags, fdatasync, open as open_by_path};

use self::draft::Draft;
use crate::component::failure::{Failure, Outcome, answer};
use crate::component::instance::{Grant, Keeper};
use crate::component::jobs::Job;
use crate::component::queue::{Closing, Put, Queue, Taken};
use crate::component::session;
use crate::core;

/// How many bytes go to the component at once: few enough to stay in a
/// processor's cache on their way.
const BLOCK: usize = 1 << 18;

/// Up to this size a file is left to the component to sync. The sync of a
/// larger one takes seconds, and is done before the last moment at which the
/// write can be stopped.
const SYNCED_AT_ONCE: u64 = 1 << 24;

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

/// What a reader hands over.
enum Piece {
    /// The file's size, first of all.
    Size(u64),
    Block(Vec<u8>),
}

/// A file that is being read.
pub struct Reading {
    job: Job,
    pieces: Arc<Queue<Piece>>,
    filled: usize,
    /// What did not fit into the size that the system told.
    rest: Vec<u8>,
}

impl Reading {
    fn start(path: &str) -> Outcome<Reading> {
        core::prepare()?;
        let pieces = Arc::new(Queue::new());
        let (path, queue) = (path.to_owned(), Arc::clone(&pieces));
        let job = Job::start(move |job| {
            let _closing = Closing(&queue);
            read(&path, job, &queue).map_err(|failure| failure.at(&path))
        })?;
        Ok(Reading { job, pieces, filled: 0, rest: Vec::new() })
    }

    /// The size, unless it is not known yet.
    fn size(&self, patience: Duration) -> Outcome<Option<u64>> {
        match self.pieces.take(patience) {
            Taken::Piece(Piece::Size(size)) => Ok(Some(size)),
            Taken::NotYet => Ok(None),
            Taken::Over | Taken::Piece(Piece::Block(_)) => Err(self.unexpected()),
        }
    }

    /// Fills `buffer` with what has come. True once all is there.
    fn fill(&mut self, buffer: &mut [u8], patience: Duration) -> Outcome<bool> {
        let mut steps = session::Steps::new();
        loop {
            match self.pieces.take(patience) {
                Taken::Piece(Piece::Block(block)) => {
                    let fits = block.len().min(buffer.len() - self.filled);
                    buffer[self.filled..self.filled + fits].copy_from_slice(&block[..fits]);
                    self.filled += fits;
                    let rest = &block[fits..];
                    self.rest.try_reserve(rest.len()).map_err(|_| Failure::no_memory())?;
                    self.rest.extend_from_slice(rest);
                    steps.step()?;
                }
                Taken::NotYet => return Ok(false),
                Taken::Over => return self.job.finish().map(|()| true),
                Taken::Piece(Piece::Size(_)) => return Err(self.unexpected()),
            }
        }
    }

    fn unexpected(&self) -> Failure {
        let early = || Failure::new("io", "the read ended before it began");
        self.job.finish().err().unwrap_or_else(early)
    }
}

/// The reader's side.
fn read(path: &str, job: &Job, pieces: &Queue<Piece>) -> Outcome<()> {
    let (dir, name) = split(path);
    let mut instance = core::instance(Grant::Read(dir), Keeper::Job(job.stop().clone()))?;
    let read = instance.call(|exports, store| {
        let reader = exports.fordway_core_files().reader();
        let handle = match reader.call_open(&mut *store, name)? {
            Ok(handle) => handle,
            Err(error) => return Ok(Err(error)),
        };
        let mut piece = Piece::Size(reader.call_size(&mut *store, handle)?);
        while pieces.hand_over(piece, job) {
            piece = match reader.call_next(&mut *store, handle)? {
                Ok(block) if block.is_empty() => break,
                Ok(block) => Piece::Block(block),
                Err(error) => return Ok(Err(error)),
            };
        }
        Ok(Ok(()))
    })?;
    Ok(read?)
}

/// A file that is being written.
pub struct Writing {
    job: Job,
    blocks: Arc<Queue<Vec<u8>>>,
    sent: usize,
}

impl Writing {
    fn start(path: &str) -> Outcome<Writing> {
        core::prepare()?;
        let blocks = Arc::new(Queue::new());
        let (path, queue) = (path.to_owned(), Arc::clone(&blocks));
        let job = Job::start(move |job| {
            let _closing = Closing(&queue);
            write(&path, job, &queue).map_err(|failure| failure.at(&path))
        })?;
        Ok(Writing { job, blocks, sent: 0 })
    }

    /// Hands over what is left of `data`. True once the file is written.
    fn feed(&mut self, data: &[u8], patience: Duration) -> Outcome<bool> {
        let mut steps = session::Steps::new();
        while self.sent < data.len() {
            let end = data.len().min(self.sent + BLOCK);
            let mut block = Vec::new();
            block.try_reserve_exact(end - self.sent).map_err(|_| Failure::no_memory())?;
            block.extend_from_slice(&data[self.sent..end]);
            match self.blocks.put(block, patience) {
                Put::Done => self.sent = end,
                Put::NotYet(_) => return Ok(false),
                Put::Over => break,
            }
            steps.step()?;
        }
        self.blocks.close();
        match self.job.wait(patience).2 {
            true => self.job.finish().map(|()| true),
            false => Ok(false),
        }
    }
}

/// The writer's side. The component says where the write goes and fills the
/// draft; the draft itself, with its owner and mode, is made here, since WASI
/// knows neither.
fn write(path: &str, job: &Job, blocks: &Queue<Vec<u8>>) -> Outcome<()> {
    let (dir, name) = split(path);
    let root =
        open_by_path(dir, OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY, Mode::empty())
            .map_err(|error| Failure::of_system(&error.into()))?;
    // The directory that is open here is the one that is handed over, whatever
    // its path names by then. Where /proc is not there, the path has to do.
    let opened = draft::path_of(&root);
    let grant = Grant::Write(opened.as_deref().unwrap_or(dir));
    let mut instance = core::instance(grant, Keeper::Job(job.stop().clone()))?;
    let place =
        instance.call(|exports, store| exports.fordway_core_files().call_place(store, name))??;
    let draft = Draft::begin(&root, &place)?;
    let below = |name: &str| match place.directory.as_str() {
        "." => name.to_owned(),
        directory => format!("{directory}/{name}"),
    };
    let (temporary, target) = (below(draft.name()), below(&place.target));
    instance.call(|exports, store| {
        let writer = exports.fordway_core_files().writer();
        let handle = match writer.call_adopt(&mut *store, &temporary, &target)? {
            Ok(handle) => handle,
            Err(error) => return Ok(Err(error.into())),
        };
        let mut size = 0;
        let mut outcome = Ok(());
        while let (Ok(()), Some(block)) = (&outcome, blocks.receive(job)) {
            size += block.len() as u64;
            outcome = writer.call_append(&mut *store, handle, &block)?.map_err(Failure::from);
        }
        let outcome = outcome.and_then(|()| ready(&draft, size, job));
        if let Err(failure) = outcome {
            // The component's draft goes without a trace.
            handle.resource_drop(&mut *store)?;
            return Ok(Err(failure));
        }
        Ok(writer.call_commit(&mut *store, handle)?.map_err(Failure::from))
    })?
}

/// The last look before the target is replaced.
fn ready(draft: &Draft, size: u64, job: &Job) -> Outcome<()> {
    draft.keep_mode()?;
    if size > SYNCED_AT_ONCE {
        fdatasync(draft).map_err(|error| Failure::of_system(&error.into()))?;
    }
    if job.pass() { Ok(()) } else { Err(Failure::new("stopped", "the write was stopped")) }
}

#[extendr]
fn core_read_start(path: &str) -> Robj {
    answer(Reading::start(path).map(|reading| {
        let job = ExternalPtr::new(reading.job.clone());
        list!(job = job, file = ExternalPtr::new(reading))
    }))
}

#[extendr]
fn core_read_size(file: ExternalPtr<Reading>, seconds: f64) -> Robj {
    let size = file.size(Duration::from_secs_f64(seconds));
    answer(size.map(|size| size.map_or(().into(), |size| Robj::from(size as f64))))
}

// R tells when memory is short.
#[extendr]
fn core_read_buffer(size: f64) -> Robj {
    answer(session::raw(size as usize))
}

#[extendr]
fn core_read_fill(mut file: ExternalPtr<Reading>, mut buffer: Robj, seconds: f64) -> Robj {
    let patience = Duration::from_secs_f64(seconds);
    answer(match buffer.as_raw_slice_mut() {
        Some(buffer) => file.fill(buffer, patience),
        None => file.fill(&mut [], patience),
    })
}

#[extendr]
fn core_read_rest(file: ExternalPtr<Reading>) -> Robj {
    let rest = session::raw(file.rest.len()).map(|mut rest| {
        if let Some(slice) = rest.as_raw_slice_mut() {
            slice.copy_from_slice(&file.rest);
        }
        list!(filled = file.filled as f64, rest = rest)
    });
    answer(rest)
}

#[extendr]
fn core_write_start(path: &str) -> Robj {
    answer(Writing::start(path).map(|writing| {
        let job = ExternalPtr::new(writing.job.clone());
        list!(job = job, file = ExternalPtr::new(writing))
    }))
}

#[extendr]
fn core_write_feed(mut file: ExternalPtr<Writing>, data: Robj, seconds: f64) -> Robj {
    let bytes = data.as_raw_slice().or_else(|| data.as_str().map(str::as_bytes));
    answer(file.feed(bytes.unwrap_or_default(), Duration::from_secs_f64(seconds)))
}

extendr_module! {
    mod files;
    fn core_read_start;
    fn core_read_size;
    fn core_read_buffer;
    fn core_read_fill;
    fn core_read_rest;
    fn core_write_start;
    fn core_write_feed;
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
