//! Directories checked on several cores: one instance a thread, over a cursor
//! that all of them share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use extendr_api::prelude::*;
use wasmtime::component::ResourceAny;

use crate::bindings::{Entry, Fault, Report};
use crate::failure::{Failure, Outcome, answer};
use crate::instance::{Grant, Instance};
use crate::jobs::{Desk, Job};
use crate::text;

/// The smallest range that a thread takes while there is enough: the component
/// hashes several files of a range side by side.
const MIN_RANGE: usize = 12;

/// The largest one, so that progress is seen.
const MAX_RANGE: usize = 512;

/// How many entries are fetched in one call.
const ENTRIES: u32 = 8192;

/// A check under way.
pub struct Check {
    job: Job<Report>,
    entries: Vec<Entry>,
    manifest: String,
    jobs: usize,
    started: Instant,
}

/// What the threads of a check share.
struct Plan {
    root: String,
    manifest: String,
    fingerprint: String,
    total: usize,
    jobs: usize,
    cursor: AtomicUsize,
    stop: Arc<AtomicBool>,
}

/// A manifest that an instance has open.
struct Opened {
    instance: Instance,
    handle: ResourceAny,
}

impl Opened {
    fn new(root: &str, manifest: Option<&str>, stop: &Arc<AtomicBool>) -> Outcome<Opened> {
        let mut instance = Instance::stoppable(Grant::Read(root), Arc::clone(stop))?;
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

    fn manifest(&mut self) -> Outcome<(String, String)> {
        let handle = self.handle;
        Ok(self.instance.call(|exports, store| {
            let verification = exports.fordway_core_checksums().verification();
            let manifest = verification.call_manifest(&mut *store, handle)?;
            Ok((manifest, verification.call_fingerprint(&mut *store, handle)?))
        })?)
    }

    fn entries(&mut self) -> Outcome<Vec<Entry>> {
        let handle = self.handle;
        Ok(self.instance.call(|exports, store| {
            let verification = exports.fordway_core_checksums().verification();
            let total = verification.call_len(&mut *store, handle)?;
            let mut entries = Vec::with_capacity(total as usize);
            for start in (0..total).step_by(ENTRIES as usize) {
                let end = start.saturating_add(ENTRIES);
                entries.extend(verification.call_entries(&mut *store, handle, start, end)?);
            }
            Ok(entries)
        })?)
    }

    fn check(&mut self, start: usize, end: usize) -> Outcome<Report> {
        let handle = self.handle;
        Ok(self.instance.call(|exports, store| {
            let verification = exports.fordway_core_checksums().verification();
            verification.call_check(store, handle, start as u32, end as u32)
        })?)
    }
}

/// How many of the files that are left one thread takes. Ranges shrink towards
/// the end, so that no thread is left with the last long one, and a few large
/// files are spread over all threads.
fn range(left: usize, jobs: usize) -> usize {
    let least = MIN_RANGE.min(left.div_ceil(jobs));
    left.div_ceil(2 * jobs).clamp(least, MAX_RANGE)
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

    fn work(&self, opened: Option<Opened>, desk: &Desk<Report>) -> Outcome<()> {
        let mut opened = match opened {
            Some(opened) => opened,
            None => self.open_again()?,
        };
        while let Some((start, end)) = self.next().filter(|_| desk.goes_on()) {
            desk.hand_in(opened.check(start, end)?, end - start);
        }
        Ok(())
    }

    /// Opens the manifest in one more instance, and makes sure that it is
    /// still the same one.
    fn open_again(&self) -> Outcome<Opened> {
        let mut opened = Opened::new(&self.root, Some(&self.manifest), &self.stop)?;
        if opened.manifest()?.1 != self.fingerprint {
            return Err(Failure::new("io", "changed while it was read").at(&self.manifest));
        }
        Ok(opened)
    }
}

fn start(root: &str, manifest: Option<&str>, jobs: Option<usize>) -> Outcome<Check> {
    let started = Instant::now();
    let stop = Arc::<AtomicBool>::default();
    let mut opened = Opened::new(root, manifest, &stop)?;
    let (manifest, fingerprint) = opened.manifest()?;
    let entries = opened.entries()?;
    let jobs = jobs.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    let jobs = jobs.clamp(1, entries.len().max(1));
    let plan = Arc::new(Plan {
        root: root.to_owned(),
        manifest: manifest.clone(),
        fingerprint,
        total: entries.len(),
        jobs,
        cursor: AtomicUsize::new(0),
        stop: Arc::clone(&stop),
    });
    let mut first = Some(opened);
    let workers = (0..jobs).map(|_| {
        let (plan, opened) = (Arc::clone(&plan), first.take());
        move |desk: &Desk<Report>| plan.work(opened, desk)
    });
    let job = Job::start(workers.collect(), stop)?;
    Ok(Check { job, entries, manifest, jobs, started })
}

/// The rows of R's data frame, column by column.
fn rows(check: &mut Check) -> Outcome<List> {
    let reports = check.job.finish()?;
    let seconds = check.started.elapsed().as_secs_f64();
    let entries = &check.entries;
    let settled: u64 =
        reports.iter().map(|report| report.passed + report.failures.len() as u64).sum();
    if settled != entries.len() as u64 {
        // Better no report than one that calls a file ok which nobody read.
        return Err(Failure::new("trap", "the check ended before every file was judged"));
    }
    let mut status = vec![1; entries.len()];
    let mut actual: Vec<Option<&str>> =
        entries.iter().map(|entry| Some(entry.expected.as_str())).collect();
    let mut message = vec![None; entries.len()];
    let lost = || Failure::new("trap", "a failure is told of a line that lists no file");
    for failure in reports.iter().flat_map(|report| &report.failures) {
        let at = entries.binary_search_by_key(&failure.line, |entry| entry.line);
        let at = at.map_err(|_| lost())?;
        (status[at], actual[at], message[at]) = match &failure.fault {
            Fault::Mismatch(found) => (2, Some(found.as_str()), Some("has another digest")),
            Fault::Missing => (3, None, Some("no such file")),
            Fault::Unreadable(error) => (4, None, Some(error.message.as_str())),
        };
    }
    let mut malformed: Vec<u32> =
        reports.iter().flat_map(|report| report.malformed.iter().copied()).collect();
    malformed.sort_unstable();
    let column = |text: fn(&Entry) -> &str| -> Vec<Option<&str>> {
        entries.iter().map(|entry| Some(text(entry))).collect()
    };
    let bytes: u64 = reports.iter().map(|report| report.bytes).sum();
    Ok(list!(
        path = text::strings(&column(|entry| &entry.path)),
        status = status,
        expected = text::strings(&column(|entry| &entry.expected)),
        actual = text::strings(&actual),
        line = entries.iter().map(|entry| entry.line as i32).collect::<Vec<_>>(),
        message = text::strings(&message),
        manifest = text::string(&check.manifest),
        bytes = bytes as f64,
        malformed = malformed.into_iter().map(|line| line as i32).collect::<Vec<_>>(),
        seconds = seconds,
        jobs = check.jobs as i32
    ))
}

#[extendr]
fn core_verify_start(root: &str, manifest: Nullable<String>, jobs: Nullable<i32>) -> Robj {
    let manifest: Option<String> = manifest.into();
    let jobs: Option<i32> = jobs.into();
    let jobs = jobs.map(|jobs| usize::try_from(jobs).unwrap_or(1));
    answer(start(root, manifest.as_deref(), jobs).map(ExternalPtr::new))
}

#[extendr]
fn core_verify_wait(check: ExternalPtr<Check>, seconds: f64) -> Doubles {
    let (done, finished) = check.job.wait(Duration::from_secs_f64(seconds));
    let total = check.entries.len() as f64;
    Doubles::from_values([done as f64, f64::from(u8::from(finished)), total])
}

#[extendr]
fn core_verify_finish(mut check: ExternalPtr<Check>) -> Robj {
    answer(rows(&mut check))
}

#[extendr]
fn core_verify_halt(mut check: ExternalPtr<Check>) {
    check.job.halt();
}

extendr_module! {
    mod verification;
    fn core_verify_start;
    fn core_verify_wait;
    fn core_verify_finish;
    fn core_verify_halt;
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
}
