//! Digests of files.

use std::sync::{Arc, Mutex, PoisonError};

use extendr_api::prelude::*;

use crate::bindings::Algorithm;
use crate::component::failure::{Failure, Outcome, answer};
use crate::component::instance::{Grant, Keeper};
use crate::component::jobs::Job;
use crate::core::{self, Instance};
use crate::files::split;
use crate::text;

/// Digests in the making, each at its path's position.
pub struct Digests {
    job: Job,
    found: Arc<Mutex<Vec<Option<String>>>>,
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
    core::prepare()?;
    let found = Arc::new(Mutex::new(vec![None; paths.len()]));
    let digests = Arc::clone(&found);
    let job = Job::start(move |job| digest_all(&paths, algorithm, job, &digests))?;
    Ok(Digests { job, found })
}

/// Files of one directory in a row share an instance.
fn digest_all(
    paths: &[Option<String>],
    algorithm: Algorithm,
    job: &Job,
    found: &Mutex<Vec<Option<String>>>,
) -> Outcome<()> {
    let mut kept: Option<(&str, Instance)> = None;
    for (at, path) in paths.iter().enumerate() {
        let Some(path) = path.as_deref().filter(|_| job.goes_on()) else { continue };
        let (dir, name) = split(path);
        let mut instance = match kept.take() {
            Some((last, instance)) if last == dir => instance,
            _ => core::instance(Grant::Read(dir), Keeper::Job(job.stop().clone()))
                .map_err(|failure| failure.at(path))?,
        };
        let digest = instance.call(|exports, store| {
            exports.fordway_core_checksums().call_digest(store, name, algorithm)
        });
        let digest = digest.map_err(|failure| failure.at(path))?;
        let digest = digest.map_err(|error| Failure::from(error).at(path))?;
        found.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(digest);
        job.advance(1);
        kept = Some((dir, instance));
    }
    Ok(())
}

impl Digests {
    fn finish(&self) -> Outcome<Robj> {
        self.job.finish()?;
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        text::made(found.len(), found.iter().map(|digest| Ok(digest.as_deref())))
    }
}

#[extendr]
fn core_digest_start(paths: Strings, name: &str) -> Robj {
    let paths = text::elements(&paths).map(|path| path.map(str::to_owned));
    let digests = match algorithm(name) {
        Some(algorithm) => start(paths.collect(), algorithm),
        None => Err(Failure::new("invalid_argument", "there is no such algorithm")),
    };
    answer(digests.map(|digests| {
        let job = ExternalPtr::new(digests.job.clone());
        list!(job = job, digests = ExternalPtr::new(digests))
    }))
}

#[extendr]
fn core_digest_finish(digests: ExternalPtr<Digests>) -> Robj {
    answer(digests.finish())
}

extendr_module! {
    mod checksums;
    fn core_digest_start;
    fn core_digest_finish;
}
