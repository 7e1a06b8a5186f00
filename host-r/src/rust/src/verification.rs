//! Directories checked on several cores: one instance a thread, over a cursor
//! that all of them share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use extendr_api::prelude::*;
use wasmtime::component::ResourceAny;

use crate::bindings::{Entry, Fault, Leniency, Report, Tally};
use crate::component::failure::{Failure, Outcome, answer};
use crate::component::instance::{Grant, Keeper};
use crate::component::jobs::{Job, Stop};
use crate::component::queue::{Closing, Queue, Taken};
use crate::component::session;
use crate::core::{self, Instance, PURE};
use crate::text;

/// The smallest range that a thread takes while there is enough: the component
/// hashes several files of a range side by side.
const MIN_RANGE: usize = 12;

/// The largest one, so that progress is seen.
const MAX_RANGE: usize = 512;

/// How many entries are fetched in one call, at most and at first. Names may be
/// long: what a call gives should be near so many bytes.
const MAX_ENTRIES: usize = 8192;
const FIRST_ENTRIES: usize = 256;
const ENTRIES_BYTES: usize = 1 << 20;

/// How many numbers of malformed lines are kept, the first of them all.
const MAX_LINES: usize = 1000;

/// A check under way.
pub struct Check {
    job: Job,
    shared: Arc<Shared>,
    started: Instant,
}

/// What the threads of a check share.
struct Shared {
    root: String,
    found: Mutex<Found>,
}

/// What is known so far. Memory grows by what failed only.
#[derive(Default)]
struct Found {
    manifest: String,
    total: usize,
    jobs: usize,
    passed: u64,
    bytes: u64,
    wrong: Vec<Wrong>,
    malformed: u64,
    lines: Vec<u32>,
    /// The first instance, which reads the entries in the end.
    opened: Option<Opened>,
}

/// A listed file that did not pass.
struct Wrong {
    line: u32,
    status: i32,
    actual: Option<String>,
    message: Option<String>,
}

// Positions among the levels of R's factor.
const OK: i32 = 1;
const MISMATCH: i32 = 2;
const MISSING: i32 = 3;
const UNREADABLE: i32 = 4;

impl Found {
    fn add(&mut self, report: Report) {
        self.passed += report.passed;
        self.bytes += report.bytes;
        self.malformed += report.malformed;
        self.lines.extend(report.malformed_lines);
        if self.lines.len() > 64 * MAX_LINES {
            self.keep_first_lines();
        }
        self.wrong.extend(report.failures.into_iter().map(|failure| {
            let (status, actual, message) = match failure.fault {
                Fault::Mismatch(actual) => (MISMATCH, Some(actual), None),
                Fault::Missing => (MISSING, None, None),
                Fault::Unreadable(error) => (UNREADABLE, None, Some(error.message)),
            };
            Wrong { line: failure.line, status, actual, message }
        }));
    }

    fn keep_first_lines(&mut self) {
        self.lines.sort_unstable();
        self.lines.truncate(MAX_LINES);
    }

    fn count(&self, status: i32) -> u64 {
        self.wrong.iter().filter(|wrong| wrong.status == status).count() as u64
    }

    fn tally(&self) -> Tally {
        Tally {
            passed: self.passed,
            mismatched: self.count(MISMATCH),
            missing: self.count(MISSING),
            unreadable: self.count(UNREADABLE),
            malformed: self.malformed,
            unlisted: 0,
            unseen: 0,
        }
    }
}

impl Shared {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A manifest that an instance has open.
struct Opened {
    instance: Instance,
    handle: ResourceAny,
}

impl Opened {
    fn new(root: &str, manifest: Option<&str>, stop: &Stop) -> Outcome<Opened> {
        let mut instance = core::instance(Grant::Read(root), Keeper::Job(stop.clone()))?;
        let opened = instance.call(|exports, store| {
            exports.fordway_core_checksums().verification().call_open(store, ".", manifest)
        })?;
        let handle = opened.map_err(|error| {
            let failure = Failure::from(error);
            // The component sees the root as `.`.
            if failure.path() == "." { failure.at(root) } else { failure }
        })?;
        Ok(Opened { instance, handle })
    }

    /// The manifest's path, its fingerprint, and how many files it lists.
    fn head(&mut self) -> Outcome<(String, String, usize)> {
        let handle = self.handle;
        self.instance.call(|exports, store| {
            let verification = exports.fordway_core_checksums().verification();
            let manifest = verification.call_manifest(&mut *store, handle)?;
            let fingerprint = verification.call_fingerprint(&mut *store, handle)?;
            Ok((manifest, fingerprint, verification.call_len(&mut *store, handle)? as usize))
        })
    }

    fn entries(&mut self, start: usize, end: usize) -> Outcome<Vec<Entry>> {
        let handle = self.handle;
        self.instance.call(|exports, store| {
            let verification = exports.fordway_core_checksums().verification();
            verification.call_entries(store, handle, start as u32, end as u32)
        })
    }

    fn check(&mut self, start: usize, end: usize) -> Outcome<Report> {
        let handle = self.handle;
        self.instance.call(|exports, store| {
            let verification = exports.fordway_core_checksums().verification();
            verification.call_check(store, handle, start as u32, end as u32)
        })
    }
}

/// How many of the files that are left one thread takes. Ranges shrink towards
/// the end, so that no thread is left with the last long one, and a few large
/// files are spread over all threads.
fn range(left: usize, jobs: usize) -> usize {
    let least = MIN_RANGE.min(left.div_ceil(jobs));
    left.div_ceil(2 * jobs).clamp(least, MAX_RANGE)
}

/// How a check is spread.
struct Plan {
    manifest: String,
    fingerprint: String,
    total: usize,
    jobs: usize,
    cursor: AtomicUsize,
}

impl Plan {
    /// The next range, or nothing.
    fn next(&self) -> Option<(usize, usize)> {
        let mut start = self.cursor.load(Ordering::Relaxed);
        loop {
            let left = self.total.checked_sub(start).filter(|&left| left > 0)?;
            let end = start + range(left, self.jobs);
            let taken =
                self.cursor.compare_exchange_weak(start, end, Ordering::Relaxed, Ordering::Relaxed);
            match taken {
                Ok(_) => return Some((start, end)),
                Err(now) => start = now,
            }
        }
    }

    fn work(&self, opened: &mut Opened, shared: &Shared, job: &Job) -> Outcome<()> {
        while let Some((mut start, end)) = self.next() {
            // A report ends early where its failures are many.
            while start < end && job.goes_on() {
                let report = opened.check(start, end)?;
                let reached = (report.end as usize).min(end);
                let judged = report.passed + report.failures.len() as u64;
                if reached <= start || judged != (reached - start) as u64 {
                    // Better no report than one that calls a file ok which
                    // nobody read.
                    return Err(Failure::new("trap", "not every file was judged"));
                }
                shared.found().add(report);
                job.advance(reached - start);
                start = reached;
            }
        }
        Ok(())
    }

    /// Opens the manifest in one more instance, and makes sure that it is
    /// still the same one.
    fn open_again(&self, shared: &Shared, job: &Job) -> Outcome<Opened> {
        let mut opened = Opened::new(&shared.root, Some(&self.manifest), job.stop())?;
        if opened.head()?.1 != self.fingerprint {
            return Err(changed(&self.manifest));
        }
        Ok(opened)
    }
}

fn changed(manifest: &str) -> Failure {
    Failure::new("io", "changed while it was read").at(manifest)
}

/// The first thread's work: it opens the manifest, and hires the others.
fn lead(
    manifest: Option<&str>,
    jobs: Option<usize>,
    shared: &Arc<Shared>,
    job: &Job,
) -> Outcome<()> {
    let mut opened = Opened::new(&shared.root, manifest, job.stop())?;
    let (manifest, fingerprint, total) = opened.head()?;
    let jobs = jobs.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    let jobs = jobs.clamp(1, total.max(1));
    job.expect(total);
    {
        let mut found = shared.found();
        (found.manifest, found.total, found.jobs) = (manifest.clone(), total, jobs);
    }
    let plan = Arc::new(Plan { manifest, fingerprint, total, jobs, cursor: AtomicUsize::new(0) });
    for _ in 1..jobs {
        let (plan, shared) = (Arc::clone(&plan), Arc::clone(shared));
        job.hire(move |job| {
            let mut opened = plan.open_again(&shared, job)?;
            plan.work(&mut opened, &shared, job)
        })?;
    }
    plan.work(&mut opened, shared, job)?;
    shared.found().opened = Some(opened);
    Ok(())
}

fn start(root: &str, manifest: Option<String>, jobs: Option<usize>) -> Outcome<Check> {
    let started = Instant::now();
    core::prepare()?;
    let shared = Arc::new(Shared { root: root.to_owned(), found: Mutex::default() });
    let job = {
        let shared = Arc::clone(&shared);
        Job::start(move |job| lead(manifest.as_deref(), jobs, &shared, job))?
    };
    Ok(Check { job, shared, started })
}

/// The rows of a report on their way to R.
pub struct Rows {
    job: Job,
    entries: Arc<Queue<Vec<Entry>>>,
    wrong: std::iter::Peekable<std::vec::IntoIter<Wrong>>,
    total: usize,
    filled: usize,
}

/// Reads the entries, block by block.
fn tell(opened: &mut Opened, total: usize, job: &Job, entries: &Queue<Vec<Entry>>) -> Outcome<()> {
    let (mut start, mut count) = (0, FIRST_ENTRIES);
    while start < total {
        let end = total.min(start + count);
        let block = opened.entries(start, end)?;
        if block.len() != end - start {
            return Err(changed(""));
        }
        let bytes: usize = block.iter().map(|entry| 64 + entry.path.len()).sum();
        count = (count * ENTRIES_BYTES / bytes.max(1)).clamp(1, MAX_ENTRIES);
        start = end;
        if !entries.hand_over(block, job) {
            break;
        }
    }
    Ok(())
}

/// What is known of a finished check, and its rows to come.
fn finish(check: &Check) -> Outcome<List> {
    check.job.finish()?;
    let seconds = check.started.elapsed().as_secs_f64();
    let mut found = check.shared.found();
    let tally = found.tally();
    let judged = tally.passed + tally.mismatched + tally.missing + tally.unreadable;
    let opened = found.opened.take().filter(|_| judged == found.total as u64);
    let Some(mut opened) = opened else {
        return Err(Failure::new("trap", "the check ended before every file was judged"));
    };
    found.keep_first_lines();
    found.wrong.sort_by_key(|wrong| wrong.line);
    let total = found.total;
    let entries = Arc::new(Queue::new());
    let queue = Arc::clone(&entries);
    // A job of its own, which takes the instance along with its stop.
    let manifest = found.manifest.clone();
    let job = Job::start(move |job| {
        let _closing = Closing(&queue);
        tell(&mut opened, total, job, &queue).map_err(|failure| failure.at(&manifest))
    })?;
    let lines: Vec<i32> =
        found.lines.iter().map(|&line| i32::try_from(line).unwrap_or(i32::MAX)).collect();
    let tally = [tally.passed, tally.mismatched, tally.missing, tally.unreadable, tally.malformed];
    let wrong = std::mem::take(&mut found.wrong).into_iter().peekable();
    let manifest = text::string(&found.manifest);
    let rows = Rows { job: job.clone(), entries, wrong, total, filled: 0 };
    Ok(list!(
        job = ExternalPtr::new(job),
        rows = ExternalPtr::new(rows),
        files = total as f64,
        manifest = manifest,
        bytes = found.bytes as f64,
        tally = tally.map(|count| count as f64).to_vec(),
        malformed_lines = lines,
        seconds = seconds,
        jobs = found.jobs as i32
    ))
}

/// The columns of R's data frame that are filled in.
struct Columns<'a> {
    path: &'a mut Robj,
    status: &'a mut [i32],
    expected: &'a mut Robj,
    actual: &'a mut Robj,
    line: &'a mut [i32],
    message: &'a mut Robj,
}

impl Rows {
    /// Fills in what has come. True once all is there.
    fn fill(&mut self, columns: &mut Columns, patience: Duration) -> Outcome<bool> {
        let mut steps = session::Steps::new();
        loop {
            match self.entries.take(patience) {
                Taken::Piece(entries) => self.put(&entries, columns)?,
                Taken::NotYet => return Ok(false),
                Taken::Over => break,
            }
            steps.step()?;
        }
        self.job.finish()?;
        if self.filled != self.total || self.wrong.peek().is_some() {
            return Err(Failure::new("trap", "a failure is told of a line that lists no file"));
        }
        Ok(true)
    }

    fn put(&mut self, entries: &[Entry], columns: &mut Columns) -> Outcome<()> {
        let at = self.filled;
        let texts =
            |of: fn(&Entry) -> &str| entries.iter().map(move |entry| text::without_nul(of(entry)));
        put(columns.path, at, texts(|entry| &entry.path).map(Some))?;
        put(columns.expected, at, texts(|entry| &entry.expected).map(Some))?;
        let mut wrong = Vec::with_capacity(entries.len());
        for (entry, at) in entries.iter().zip(at..) {
            let this = self.wrong.next_if(|wrong| wrong.line == entry.line);
            let (Some(status), Some(line)) = (columns.status.get_mut(at), columns.line.get_mut(at))
            else {
                return Err(Failure::new("trap", "there are more rows than files"));
            };
            *status = this.as_ref().map_or(OK, |wrong| wrong.status);
            *line = i32::try_from(entry.line).unwrap_or(i32::MAX);
            wrong.push(this);
        }
        let actual = entries.iter().zip(&wrong).map(|(entry, wrong)| match wrong {
            None => Some(entry.expected.as_str().into()),
            Some(wrong) => wrong.actual.as_deref().map(text::without_nul),
        });
        put(columns.actual, at, actual)?;
        let message = wrong.iter().map(|wrong| {
            let wrong = wrong.as_ref()?;
            match wrong.status {
                MISMATCH => Some("has another digest".into()),
                MISSING => Some("no such file".into()),
                _ => wrong.message.as_deref().map(text::without_nul),
            }
        });
        put(columns.message, at, message)?;
        self.filled += entries.len();
        Ok(())
    }
}

/// Puts texts into a column.
fn put<'a>(
    column: &mut Robj,
    start: usize,
    texts: impl Iterator<Item = Option<std::borrow::Cow<'a, str>>>,
) -> Outcome<()> {
    let texts: Vec<_> = texts.collect();
    let bytes = texts.iter().map(|text| text.as_ref().map(|text| text.as_bytes()));
    session::put(column, start, bytes)
}

/// Whether all is well, by the component's one rule.
fn verdict(counts: &[f64]) -> Outcome<bool> {
    let &[passed, mismatched, missing, unreadable, malformed] = counts else {
        return Err(Failure::new("invalid_argument", "a tally has five counts"));
    };
    let tally = Tally {
        passed: passed as u64,
        mismatched: mismatched as u64,
        missing: missing as u64,
        unreadable: unreadable as u64,
        malformed: malformed as u64,
        unlisted: 0,
        unseen: 0,
    };
    let strict = Leniency { ignore_missing: false, ignore_malformed: false };
    PURE.call(|exports, store| {
        exports.fordway_core_checksums().call_verdict(store, tally, strict).map(Ok::<_, Failure>)
    })
}

fn quote(name: &str) -> Outcome<String> {
    PURE.call(|exports, store| {
        exports.fordway_core_checksums().call_quote(store, name).map(Ok::<_, Failure>)
    })
}

#[extendr]
fn core_verify_start(root: &str, manifest: Nullable<String>, jobs: Nullable<i32>) -> Robj {
    let manifest: Option<String> = manifest.into();
    let jobs: Option<i32> = jobs.into();
    let jobs = jobs.map(|jobs| usize::try_from(jobs).unwrap_or(1));
    answer(start(root, manifest, jobs).map(|check| {
        list!(job = ExternalPtr::new(check.job.clone()), check = ExternalPtr::new(check))
    }))
}

#[extendr]
fn core_verify_finish(check: ExternalPtr<Check>) -> Robj {
    answer(finish(&check))
}

#[extendr]
fn core_verify_fill(mut rows: ExternalPtr<Rows>, columns: List, seconds: f64) -> Robj {
    let mut columns: Vec<Robj> = columns.values().collect();
    let [path, status, expected, actual, line, message] = columns.as_mut_slice() else {
        return answer::<bool>(Err(Failure::new("invalid_argument", "a report has six columns")));
    };
    let mut columns = Columns {
        path,
        status: status.as_integer_slice_mut().unwrap_or_default(),
        expected,
        actual,
        line: line.as_integer_slice_mut().unwrap_or_default(),
        message,
    };
    answer(rows.fill(&mut columns, Duration::from_secs_f64(seconds)))
}

#[extendr]
fn core_verdict(counts: &[f64]) -> Robj {
    answer(verdict(counts))
}

#[extendr]
fn core_quote(names: Strings) -> Robj {
    let quoted = text::elements(&names).map(|name| name.map(quote).transpose());
    answer(text::made(names.len(), quoted))
}

extendr_module! {
    mod verification;
    fn core_verify_start;
    fn core_verify_finish;
    fn core_verify_fill;
    fn core_verdict;
    fn core_quote;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_one_range() {
        for jobs in [1, 2, 3, 64] {
            for total in [1, 2, 4, 11, 12, 13, 100, 10_000] {
                let (mut left, mut ranges) = (total, 0);
                while left > 0 {
                    let range = range(left, jobs);
                    assert!((1..=left).contains(&range), "{range} of {left} for {jobs}");
                    left -= range;
                    ranges += 1;
                }
                assert!(ranges >= jobs.min(total), "{total} for {jobs}");
            }
        }
    }

    #[test]
    fn the_first_malformed_lines_are_kept() {
        let mut found = Found::default();
        for start in (0..200_000).rev().step_by(500) {
            let lines: Vec<u32> = (start - 499..=start).collect();
            found.add(Report {
                passed: 0,
                bytes: 0,
                failures: Vec::new(),
                malformed: 500,
                malformed_lines: lines,
                end: 0,
            });
        }
        found.keep_first_lines();
        assert_eq!(found.malformed, 200_000);
        assert_eq!(found.lines, (0..1000).collect::<Vec<u32>>());
    }
}
