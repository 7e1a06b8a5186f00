//! Digests, manifests and checks.

use std::io::Write;

use super::{broken, told};
use crate::error::Error;
use crate::fs::Dir;
use crate::hash::Algorithm;
use crate::lanes::patience::Patience;
use crate::transcript::{Options, Transcript};
use crate::verification::Verification;
use crate::walk::{Found, walk};
use crate::{checksums, manifest, paths};

pub fn digests(
    algorithm: Algorithm,
    paths: &[String],
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<bool, Error> {
    let mut ok = true;
    for path in paths {
        match checksums::digest(path, algorithm) {
            Ok(digest) => writeln!(out, "{digest}").map_err(broken)?,
            Err(error) if paths.len() == 1 => return Err(error),
            Err(error) => {
                ok = false;
                writeln!(err, "{}", told(&error)).map_err(broken)?;
            }
        }
    }
    Ok(ok)
}

pub fn sum(
    algorithm: Algorithm,
    tagged: bool,
    except: Option<&str>,
    root: &str,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<bool, Error> {
    let dir = Dir::open_root(root)?;
    let except = except.map(paths::normal);
    let mut result = Ok(true);
    walk(&dir, &mut |found| {
        let Ok(ok) = &mut result else { return };
        let digest = match found {
            // A manifest does not list itself.
            Found::File(path) if manifest::USUAL_NAMES.contains(&path.as_str()) => return,
            Found::File(path) if except.as_ref() == Some(&path) => return,
            Found::File(path) => checksums::digest_in(&dir, &path, algorithm)
                .map(|digest| manifest::line(algorithm, &path, &digest, tagged)),
            Found::Fault(error) => Err(error),
        };
        let written = match digest {
            Ok(line) => out.write_all(line.as_bytes()),
            Err(error) => {
                *ok = false;
                writeln!(err, "{}", told(&error))
            }
        };
        if let Err(error) = written {
            result = Err(broken(error));
        }
    });
    result
}

pub fn verify(
    options: Options,
    root: &str,
    manifest: Option<&str>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<bool, Error> {
    let verification = Verification::open(root, manifest)?;
    let mut text = Transcript::new(verification.manifest(), options);
    let mut print = |text: &mut Transcript| {
        let printed = out.write_all(text.out.as_bytes());
        printed.and_then(|()| err.write_all(text.err.as_bytes())).map_err(broken)?;
        text.out.clear();
        text.err.clear();
        Ok(())
    };
    let mut patience = Patience::default();
    for piece in verification.pieces(0, verification.len()) {
        text.add(&piece, &verification.check_piece(&piece, &mut patience));
        print(&mut text)?;
    }
    let ok = text.end();
    print(&mut text)?;
    Ok(ok)
}
