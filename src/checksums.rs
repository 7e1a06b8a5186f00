//! Digests of files, and directories checked against a manifest.

use crate::error::Error;
use crate::files;
use crate::fs::{Dir, File, changed};
use crate::hash::{Algorithm, hex};
use crate::lanes::schedule::Outcome;
use crate::report::Report;
use crate::verification::Verification;

/// The digest of one file.
pub fn digest(path: &str, algorithm: Algorithm) -> Result<String, Error> {
    let file = files::open(path)?;
    let (digest, _) = hash(file, algorithm, None).map_err(|error| error.at(path))?;
    Ok(hex(&digest))
}

/// The digest of one file below a directory that is open already.
pub fn digest_in(dir: &Dir, path: &str, algorithm: Algorithm) -> Result<String, Error> {
    let digest = dir.open(path).and_then(|file| hash(file, algorithm, None));
    digest.map(|(digest, _)| hex(&digest)).map_err(|error| error.at(path))
}

/// Checks every file that a manifest lists.
pub fn verify(root: &str, manifest: Option<&str>) -> Result<Report, Error> {
    let verification = Verification::open(root, manifest)?;
    Ok(verification.check(0, verification.len()))
}

/// Hashes an open file to its end, block by block; while one is hashed, the
/// next one is fetched. `expected` is the digest that it should have, if one is
/// stated.
pub fn hash(mut file: File, algorithm: Algorithm, expected: Option<&[u8]>) -> Outcome {
    let size = file.stat().size;
    let mut hasher = algorithm.hasher();
    let mut bytes = 0;
    loop {
        let block = file.read()?;
        if block.is_empty() {
            break;
        }
        bytes += block.len() as u64;
        // Once the size was read, the last read can be spared: a file that
        // has grown shows it below.
        if bytes < size {
            file.read_ahead();
        }
        hasher.update(&block);
        if bytes >= size {
            break;
        }
    }
    if bytes != size {
        return Err(changed());
    }
    let digest = hasher.finish().into_vec();
    file.check_unchanged(expected == Some(&digest))?;
    Ok((digest, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_touched_file_passes_only_if_one_read_brought_what_is_expected() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("full");
        let hash = |data: &[u8], expected: Option<&[u8]>| {
            fs::write(&path, data).unwrap();
            let file = files::open(path.to_str().unwrap()).unwrap();
            let touched = fs::OpenOptions::new().append(true).open(&path).unwrap();
            touched.set_modified(std::time::UNIX_EPOCH).unwrap();
            hash(file, Algorithm::Md5, expected)
        };
        for size in [0, 10, 65_536] {
            let data = vec![1; size];
            let mut hasher = Algorithm::Md5.hasher();
            hasher.update(&data);
            let digest = hasher.finish().into_vec();
            assert_eq!(hash(&data, Some(&digest)).is_ok(), size < 65_536);
            for expected in [None, Some(&[0; 16][..])] {
                let error = hash(&data, expected).unwrap_err();
                assert_eq!(error.message, "changed while it was read");
            }
        }
    }
}
