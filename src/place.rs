//! Where a write goes: the file at the end of all links, and names for a
//! temporary one beside it.

use crate::error::{Code, Error};
use crate::fs::{Dir, Kind, Located};
use crate::hash::{Algorithm, hex};
use crate::paths;

/// How many writers of one file can be at work side by side.
pub const SLOTS: u32 = 16;

/// How many links a path may lead through, as in Linux.
const MAX_LINKS: u32 = 40;

/// The place of a file that is to be replaced.
#[derive(Debug)]
pub struct Place {
    /// The directory that was handed over and holds it.
    pub dir: Dir,
    /// The name by which that one was handed over.
    base: String,
    /// The directory of the file, seen from there: no part of it is a link,
    /// `.` or `..`, except that `.` alone is `dir` itself.
    pub directory: String,
    /// The file's name in there. It need not exist.
    pub target: String,
}

impl Place {
    /// Follows a path to its end. Nothing is changed.
    ///
    /// Fails if a directory stands there or anything else that is no regular
    /// file, if the directory does not exist, or if nothing may be written.
    pub fn find(path: &str) -> Result<Place, Error> {
        let Located { dir, base, rest } = Dir::locate(path)?;
        let (directory, target) = resolve(&dir, &rest).map_err(|error| error.at(path))?;
        if !dir.may_change() {
            return Err(Error::new(Code::NotPermitted, path, crate::fs::READ_ONLY));
        }
        Ok(Place { dir, base, directory, target })
    }

    /// The directory as callers name it: below the one handed over as `.`, or
    /// absolute where the path was.
    pub fn full_directory(&self) -> String {
        if self.directory == "." {
            return self.base.clone();
        }
        paths::join(&self.base, &self.directory)
    }

    /// Names for a temporary file in the directory, to be tried in this order.
    ///
    /// They follow from the target's name and a slot's number, so that what a
    /// killed writer left is found again without a look through the directory.
    pub fn temporaries(&self) -> impl Iterator<Item = String> + use<> {
        let mut hasher = Algorithm::Sha1.hasher();
        hasher.update(self.target.as_bytes());
        let tag = hex(&hasher.finish()[..8]);
        (0..SLOTS).map(move |slot| format!(".fordway-{tag}-{slot}.tmp"))
    }
}

/// The directory and the name at the end of all links of `path`.
///
/// A part at a time, as the system does it: so `..` after a link is the parent
/// of what the link points to.
fn resolve(dir: &Dir, path: &str) -> Result<(String, String), Error> {
    let refuse = |code, why: &str| Err(Error::new(code, path, why));
    let parts = |path: &str| path.split('/').rev().map(str::to_owned).collect::<Vec<_>>();
    // What is still to be walked, the next part last; and what was.
    let mut ahead = parts(path);
    let mut walked: Vec<String> = Vec::new();
    let mut links = 0;
    while let Some(part) = ahead.pop() {
        match part.as_str() {
            "" | "." => continue,
            ".." if walked.pop().is_none() => {
                return refuse(Code::NotPermitted, crate::fs::OUTSIDE);
            }
            ".." => continue,
            _ => walked.push(part),
        }
        let here = walked.join("/");
        let end = |walked: &mut Vec<String>| {
            let target = walked.pop().unwrap_or_default();
            let directory = if walked.is_empty() { ".".to_owned() } else { walked.join("/") };
            (directory, target)
        };
        match dir.stat(&here, false).map(|stat| stat.kind) {
            Ok(Kind::Directory) => {}
            Ok(Kind::Link) => {
                links += 1;
                if links > MAX_LINKS {
                    return refuse(Code::Io, "leads through too many symbolic links");
                }
                let link = dir.read_link(&here)?;
                if link.starts_with('/') {
                    let why = "links to an absolute path, which leads outside";
                    return refuse(Code::NotPermitted, why);
                }
                walked.pop();
                ahead.extend(parts(&link));
            }
            Ok(_) if !ahead.is_empty() => {
                return refuse(Code::NotADirectory, "is not a directory");
            }
            Ok(Kind::File) => return Ok(end(&mut walked)),
            Ok(Kind::Other) => return refuse(Code::Io, "is not a regular file"),
            Err(error) if error.code != Code::NotFound => return Err(error),
            Err(_) if ahead.is_empty() => return Ok(end(&mut walked)),
            // A name that does not exist and has a slash after it.
            Err(_) if ahead.iter().all(|part| part.is_empty()) => break,
            Err(error) => return Err(error),
        }
    }
    refuse(Code::IsADirectory, "is a directory")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    /// A directory with files, directories and links of every kind.
    fn tree() -> (tempfile::TempDir, String) {
        let tree = tempfile::tempdir().unwrap();
        let at = |name: &str| tree.path().join(name);
        fs::create_dir_all(at("real/deep")).unwrap();
        fs::create_dir(at("other")).unwrap();
        for name in ["file", "real/file", "real/deep/file"] {
            fs::write(at(name), "").unwrap();
        }
        for (link, target) in [
            ("link", "file"),
            ("chain", "link"),
            ("dir", "real/deep"),
            ("real/up", ".."),
            ("other/over", "../real/./deep//file"),
            ("dangling", "real/new"),
            ("lost", "nowhere/new"),
            ("loop", "pool"),
            ("pool", "loop"),
            ("absolute", "/etc/passwd"),
            ("todir", "real"),
            ("slash", "file/"),
        ] {
            symlink(target, at(link)).unwrap();
        }
        let root = tree.path().to_str().unwrap().to_owned();
        (tree, root)
    }

    #[test]
    fn a_place_is_at_the_end_of_all_links() {
        let (_tree, root) = tree();
        for (path, directory, target) in [
            ("file", "", "file"),
            ("new", "", "new"),
            ("./real//file", "real", "file"),
            ("link", "", "file"),
            ("chain", "", "file"),
            ("dir/file", "real/deep", "file"),
            ("dir/new", "real/deep", "new"),
            // The parent of what the link points to, not of the link.
            ("dir/../file", "real", "file"),
            ("real/up/real/up/link", "", "file"),
            ("other/over", "real/deep", "file"),
            ("dangling", "real", "new"),
            ("todir/deep/../new", "real", "new"),
        ] {
            let place = Place::find(&format!("{root}/{path}")).unwrap();
            let full =
                if directory.is_empty() { root.clone() } else { format!("{root}/{directory}") };
            assert_eq!((place.full_directory(), place.target.as_str()), (full, target), "{path}");
        }
    }

    #[test]
    fn what_cannot_be_written_has_no_place() {
        let (_tree, root) = tree();
        for (path, code) in [
            ("real", Code::IsADirectory),
            ("dir", Code::IsADirectory),
            ("todir", Code::IsADirectory),
            ("new/", Code::IsADirectory),
            ("real/.", Code::IsADirectory),
            ("real/deep/..", Code::IsADirectory),
            ("file/", Code::NotADirectory),
            ("slash", Code::NotADirectory),
            ("file/new", Code::NotADirectory),
            ("file/..", Code::NotADirectory),
            ("no/new", Code::NotFound),
            ("no/../new", Code::NotFound),
            ("lost", Code::NotFound),
            ("loop", Code::Io),
            ("loop/new", Code::Io),
            ("absolute", Code::NotPermitted),
        ] {
            let path = format!("{root}/{path}");
            let error = Place::find(&path).unwrap_err();
            assert_eq!((error.code, error.path.as_str()), (code, path.as_str()));
        }
        let error = Place::find("../x").unwrap_err();
        assert_eq!(error.code, Code::NotPermitted);
        assert_eq!(Place::find(".").unwrap_err().code, Code::IsADirectory);
        assert_eq!(Place::find("/dev/null").unwrap_err().code, Code::Io);
    }

    #[test]
    fn the_root_itself_is_a_dot() {
        let place = Place::find("a-file-that-is-not-there").unwrap();
        assert_eq!(place.full_directory(), ".");
        assert_eq!(place.temporaries().count(), SLOTS as usize);
        assert_eq!(place.temporaries().next().unwrap().len(), ".fordway--0.tmp".len() + 16);
    }

    proptest! {
        #[test]
        fn a_place_is_where_the_system_goes(
            parts in proptest::collection::vec(
                prop_oneof!["dir", "real", "up", "deep", "other", "over", "file", "link", "todir", "\\.\\.", "\\.", "new", ""],
                1..6,
            ),
        ) {
            let (tree, root) = tree();
            let path = format!("{root}/{}", parts.join("/"));
            // What stays inside; a path that leaves the tree meets the files
            // of this machine.
            if let Ok(place) = Place::find(&path) {
                let found = format!("{}/{}", place.full_directory(), place.target);
                match fs::canonicalize(&path) {
                    Ok(real) => prop_assert_eq!(real.to_str().unwrap(), found),
                    Err(_) => prop_assert!(!fs::exists(&found).unwrap()),
                }
            } else if fs::metadata(&path).is_ok_and(|found| found.is_file()) {
                prop_assert!(!fs::canonicalize(&path).unwrap().starts_with(tree.path()));
            }
        }
    }
}
