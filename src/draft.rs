//! A file being written beside its target, which it replaces all at once.

use crate::error::{Code, Error};
use crate::fs::{Dir, Kind, Located, Sink};
use crate::paths;
use crate::place::{Place, SLOTS};

/// After how many seconds a temporary file is taken for one that a killed
/// writer left behind. Hosts that lock theirs know better and clear them away
/// themselves.
const STALE: u64 = 3600;

/// A file being written, which replaces its target on
/// [`commit`](Draft::commit). Dropped before that, it goes without a trace.
#[derive(Debug)]
pub struct Draft {
    dir: Dir,
    /// The caller's path, for messages.
    path: String,
    target: String,
    temporary: String,
    sink: Option<Sink>,
}

impl Draft {
    /// Creates the temporary file; the target is not touched.
    pub fn begin(path: &str) -> Result<Draft, Error> {
        let place = Place::find(path)?;
        let created = create_beside(&place).map_err(|error| error.at(path))?;
        let (temporary, sink) = created;
        let target = paths::join(&place.directory, &place.target);
        Ok(Draft { dir: place.dir, path: path.to_owned(), target, temporary, sink: Some(sink) })
    }

    /// Takes a temporary file that is there already, and empties it. No link is
    /// followed to it. A failure leaves none, unless the two are not names in
    /// one directory: then nothing is touched.
    pub fn adopt(temporary: &str, target: &str) -> Result<Draft, Error> {
        let refuse = |why: &str| Err(Error::new(Code::InvalidArgument, target, why));
        let from = Dir::locate(temporary)?;
        let Located { dir, base, rest } = Dir::locate(target)?;
        let (directory, name) = paths::split(&rest);
        let (beside, draft) = paths::split(&from.rest);
        if (from.base, beside) != (base, directory) {
            return refuse("is not in the directory of its temporary file");
        }
        if [name, draft].iter().any(|name| matches!(*name, "" | "." | "..")) {
            return refuse("a file and its temporary file need names");
        }
        if name == draft {
            return refuse("is its own temporary file");
        }
        match dir.open_to_write(&from.rest) {
            Ok(sink) => {
                let (path, temporary) = (target.to_owned(), from.rest);
                Ok(Draft { dir, path, target: rest, temporary, sink: Some(sink) })
            }
            Err(error) => {
                let _ = dir.unlink(&from.rest);
                Err(error.at(temporary))
            }
        }
    }

    /// Appends.
    pub fn write(&mut self, data: &[u8]) -> Result<(), Error> {
        match &mut self.sink {
            Some(sink) => sink.write(data).map_err(|error| error.at(&self.path)),
            None => Ok(()),
        }
    }

    /// Syncs the temporary file and renames it over the target.
    pub fn commit(mut self) -> Result<(), Error> {
        let sink = self.sink.take();
        let result = sink
            .map_or(Ok(()), |sink| sink.finish())
            .and_then(|()| self.dir.rename(&self.temporary, &self.target));
        if let Err(error) = result {
            // Nothing more can be done for a temporary file that will not go.
            let _ = self.dir.unlink(&self.temporary);
            return Err(error.at(&self.path));
        }
        // The new content is in place; a system that cannot sync a directory
        // is no reason to say that it is not.
        let (parent, _) = paths::split(&self.target);
        let _ = self.dir.open_dir(parent).and_then(|parent| parent.sync());
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(sink) = self.sink.take() {
            drop(sink);
            let _ = self.dir.unlink(&self.temporary);
        }
    }
}

/// Creates a temporary file in a place.
fn create_beside(place: &Place) -> Result<(String, Sink), Error> {
    let dir = &place.dir;
    for name in place.temporaries() {
        let temporary = paths::join(&place.directory, &name);
        match dir.create_new(&temporary) {
            Err(error) if error.code == Code::AlreadyExists => {
                if !is_stale(dir, &temporary) {
                    continue;
                }
                // Another writer may clear it away first; the slot is then
                // taken by whoever creates it first.
                let _ = dir.unlink(&temporary);
                if let Ok(sink) = dir.create_new(&temporary) {
                    return Ok((temporary, sink));
                }
            }
            other => return Ok((temporary, other?)),
        }
    }
    let why = format!("{SLOTS} writers are at work on it, or were killed within the hour");
    Err(Error::new(Code::AlreadyExists, "", why))
}

fn is_stale(dir: &Dir, temporary: &str) -> bool {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let (Ok(now), Ok(stat)) = (now, dir.stat(temporary, false)) else {
        return false;
    };
    let then = stat.modified.map_or(0, |(seconds, _)| seconds);
    stat.kind == Kind::File && now.as_secs().saturating_sub(then) > STALE
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

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

    fn write(data: &[u8], path: &str) -> Result<(), Error> {
        let mut draft = Draft::begin(path)?;
        draft.write(data)?;
        draft.commit()
    }

    #[test]
    fn a_draft_that_is_dropped_leaves_the_old_content() {
        let dir = tempfile::tempdir().unwrap();
        let path = at(&dir, "data");
        fs::write(&path, "old").unwrap();
        fs::write(at(&dir, "draft"), "").unwrap();
        for mut draft in
            [Draft::begin(&path).unwrap(), Draft::adopt(&at(&dir, "draft"), &path).unwrap()]
        {
            draft.write(b"new").unwrap();
            drop(draft);
        }
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(&dir), ["data"]);
    }

    #[test]
    fn two_writers_do_not_meet() {
        let dir = tempfile::tempdir().unwrap();
        let path = at(&dir, "data");
        let mut first = Draft::begin(&path).unwrap();
        let mut second = Draft::begin(&path).unwrap();
        first.write(b"first").unwrap();
        second.write(b"second").unwrap();
        first.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"first");
        second.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
    }

    #[test]
    fn a_stale_temporary_file_is_cleared_away() {
        let dir = tempfile::tempdir().unwrap();
        let path = at(&dir, "data");
        let draft = Draft::begin(&path).unwrap();
        let left = at(&dir, draft.temporary.rsplit('/').next().unwrap());
        drop(draft);
        let file = fs::File::create(&left).unwrap();
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(STALE + 60);
        file.set_modified(old).unwrap();
        write(b"new", &path).unwrap();
        assert_eq!(names(&dir), ["data"]);
    }

    #[test]
    fn a_link_is_followed_to_its_file() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(at(&dir, "sub")).unwrap();
        fs::write(at(&dir, "sub/data"), "old").unwrap();
        symlink("sub", at(&dir, "way")).unwrap();
        symlink("way/data", at(&dir, "link")).unwrap();
        write(b"new", &at(&dir, "link")).unwrap();
        assert_eq!(fs::read(at(&dir, "sub/data")).unwrap(), b"new");
        assert_eq!(names(&dir), ["link", "sub", "way"]);
    }

    #[test]
    fn an_adopted_file_replaces_its_target() {
        let dir = tempfile::tempdir().unwrap();
        let (temporary, target) = (at(&dir, "draft"), at(&dir, "data"));
        for old in ["", "longer than what comes"] {
            fs::write(&temporary, old).unwrap();
            let mut draft = Draft::adopt(&temporary, &target).unwrap();
            draft.write(b"new").unwrap();
            draft.commit().unwrap();
            assert_eq!(fs::read(&target).unwrap(), b"new");
            assert_eq!(names(&dir), ["data"]);
        }
    }

    #[test]
    fn what_cannot_be_adopted_is_gone_and_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (temporary, target) = (at(&dir, "draft"), at(&dir, "data"));
        fs::write(&target, "old").unwrap();
        fs::write(at(&dir, "away"), "away").unwrap();
        let code = |result: Result<Draft, Error>| result.unwrap_err().code;
        assert_eq!(code(Draft::adopt(&temporary, &target)), Code::NotFound);
        symlink("away", &temporary).unwrap();
        assert_eq!(code(Draft::adopt(&temporary, &target)), Code::Io);
        assert_eq!(names(&dir), ["away", "data"]);
        assert_eq!(fs::read(at(&dir, "away")).unwrap(), b"away");
        fs::create_dir(at(&dir, "sub")).unwrap();
        fs::write(&temporary, "").unwrap();
        let committed = Draft::adopt(&temporary, &at(&dir, "sub")).unwrap().commit();
        assert_eq!(committed.unwrap_err().code, Code::IsADirectory);
        assert_eq!(names(&dir), ["away", "data", "sub"]);
        assert_eq!(fs::read(&target).unwrap(), b"old");
    }

    #[test]
    fn only_names_in_one_directory_are_taken() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(at(&dir, "sub")).unwrap();
        fs::write(at(&dir, "draft"), "kept").unwrap();
        for (temporary, target) in [
            (at(&dir, "draft"), at(&dir, "sub/data")),
            (at(&dir, "sub/draft"), at(&dir, "data")),
            (at(&dir, "draft"), at(&dir, "draft")),
            (at(&dir, "draft"), at(&dir, "./draft")),
            (at(&dir, "draft"), at(&dir, "..")),
            (at(&dir, "draft"), "data".to_owned()),
        ] {
            let error = Draft::adopt(&temporary, &target).unwrap_err();
            assert_eq!(error.code, Code::InvalidArgument, "{temporary} {target}");
        }
        assert_eq!(fs::read(at(&dir, "draft")).unwrap(), b"kept");
    }
}
