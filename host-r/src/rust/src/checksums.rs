//! Digests of files.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use extendr_api::prelude::*;

use crate::bindings::Algorithm;
use crate::failure::{Failure, Outcome, answer};
use crate::files::split;
use crate::instance::{Grant, Instance};
use crate::jobs::{Desk, Job};
use crate::text;

/// Digests in the making; each part is a position and its digest.
pub struct Digests {
    job: Job<(usize, String)>,
    total: usize,
}

fn algorithm(name: &str) -> Option<Algorithm> {
    Some(match name {
        "md5" => Algorithm::Md5,
        "sha1" => Algorithm::Sha1,
        "sha224" => Algorithm::Sha224,
        "sha256" => Algorithm::Sha256,
        "sha384" => Algorithm::Sha384,
        "sha512" => Algorithm::Sha512,
        _ => return None,
    })
}

fn start(paths: Vec<Option<String>>, algorithm: Algorithm) -> Outcome<Digests> {
    let total = paths.len();
    let stop = Arc::<AtomicBool>::default();
    let flag = Arc::clone(&stop);
    let work = move |desk: &Desk<(usize, String)>| digest_all(&paths, algorithm, &flag, desk);
    Ok(Digests { job: Job::start(vec![work], stop)?, total })
}

/// Files of one directory in a row share an instance.
fn digest_all(
    paths: &[Option<String>],
    algorithm: Algorithm,
    stop: &Arc<AtomicBool>,
    desk: &Desk<(usize, String)>,
) -> Outcome<()> {
    let mut kept: Option<(&str, Instance)> = None;
    for (at, path) in paths.iter().enumerate() {
        let Some(path) = path.as_deref().filter(|_| desk.goes_on()) else { continue };
        let (dir, name) = split(path);
        let mut instance = match kept.take() {
            Some((last, instance)) if last == dir => instance,
            _ => Instance::stoppable(Grant::Read(dir), Arc::clone(stop))
                .map_err(|failure| failure.at(path))?,
        };
        let digest = instance.call(|exports, store| {
            exports.fordway_core_checksums().call_digest(store, name, algorithm)
        })?;
        let digest = digest.map_err(|error| Failure::from(error).at(path))?;
        desk.hand_in((at, digest), 1);
        kept = Some((dir, instance));
    }
    Ok(())
}

#[extendr]
fn core_digest_start(paths: Strings, name: &str) -> Robj {
    let paths = text::elements(&paths).into_iter().map(|path| path.map(str::to_owned));
    let digests = match algorithm(name) {
        Some(algorithm) => start(paths.collect(), algorithm),
        None => Err(Failure::new("invalid_argument", "there is no such algorithm")),
    };
    answer(digests.map(ExternalPtr::new))
}

#[extendr]
fn core_digest_wait(digests: ExternalPtr<Digests>, seconds: f64) -> Doubles {
    let (done, finished) = digests.job.wait(Duration::from_secs_f64(seconds));
    Doubles::from_values([done as f64, f64::from(u8::from(finished))])
}

#[extendr]
fn core_digest_finish(mut digests: ExternalPtr<Digests>) -> Robj {
    let mut found = vec![None; digests.total];
    let parts = digests.job.finish().map(|parts| {
        parts.into_iter().for_each(|(at, digest)| found[at] = Some(digest));
        text::strings(&found)
    });
    answer(parts)
}

#[extendr]
fn core_digest_halt(mut digests: ExternalPtr<Digests>) {
    digests.job.halt();
}

extendr_module! {
    mod checksums;
    fn core_digest_start;
    fn core_digest_wait;
    fn core_digest_finish;
    fn core_digest_halt;
}
