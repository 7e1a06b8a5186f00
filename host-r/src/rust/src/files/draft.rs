//! The temporary file of a write: made beside the target, with its owner and
//! mode before the first byte. All goes by descriptor, and follows no link.
//!
//! A writer holds a lock on its draft. One that nobody holds was left behind by
//! a writer that was killed, and goes with the next write.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{
    Access, AtFlags, FileType, FlockOperation, Gid, Mode, OFlags, Stat, Uid, accessat, fchmod,
    fchown, flock, fstat, openat, statat, unlinkat,
};
use rustix::io::Errno;

use crate::bindings;
use crate::component::failure::{Failure, Outcome};

/// How often all names are tried, while other writers come and go.
const ROUNDS: usize = 100;

/// Set-user-ID and set-group-ID.
const SET_ID: u32 = 0o6000;

/// A draft with its lock. Dropped, it goes, unless it was renamed.
pub struct Draft {
    directory: OwnedFd,
    name: String,
    file: OwnedFd,
    /// The mode that it is to have, where there was a target.
    mode: Option<u32>,
}

/// A path by which an open directory can be opened once more.
pub fn path_of(directory: &OwnedFd) -> Option<String> {
    let path = format!("/proc/self/fd/{}", directory.as_raw_fd());
    std::fs::metadata(&path).is_ok().then_some(path)
}

fn system(errno: Errno) -> Failure {
    Failure::of_system(&errno.into())
}

fn changed() -> Failure {
    Failure::new("io", "changed while it was written")
}

impl Draft {
    /// Begins the draft that the component asks for, below an open directory.
    pub fn begin(root: &OwnedFd, place: &bindings::Draft) -> Outcome<Draft> {
        let directory = walk(root, &place.directory)?;
        let target = look_at(&directory, &place.target)?;
        for name in &place.temporaries {
            sweep(&directory, name);
        }
        let mode = match &target {
            // Nobody else reads it before it is as the target.
            Some(_) => Mode::from_raw_mode(0o600),
            None => Mode::from_raw_mode(0o666),
        };
        let (name, file) = create(&directory, &place.temporaries, mode)?;
        let mut draft = Draft { directory, name, file, mode: None };
        if let Some(target) = target {
            draft.make_like(&target)?;
        }
        Ok(draft)
    }

    /// Its name in its directory.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn make_like(&mut self, target: &Stat) -> Outcome<()> {
        let own = fstat(&self.file).map_err(system)?;
        let mut mode = target.st_mode & 0o7777;
        let is_same_owner = (own.st_uid, own.st_gid) == (target.st_uid, target.st_gid);
        let (uid, gid) = (Uid::from_raw(target.st_uid), Gid::from_raw(target.st_gid));
        if !is_same_owner && fchown(&self.file, Some(uid), Some(gid)).is_err() {
            // What ran as the old owner must not run as the new one.
            mode &= !SET_ID;
        }
        self.mode = Some(mode);
        self.keep_mode()
    }

    /// Gives the draft its mode where it has another: a write by a user who is
    /// not root takes set-user-ID away.
    pub fn keep_mode(&self) -> Outcome<()> {
        let Some(mode) = self.mode else { return Ok(()) };
        if fstat(&self.file).map_err(system)?.st_mode & 0o7777 == mode {
            return Ok(());
        }
        fchmod(&self.file, Mode::from_raw_mode(mode)).map_err(system)
    }
}

impl AsFd for Draft {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Nothing more can be done for a draft that will not go; the next
        // write finds it without a lock.
        if is_at(&self.file, &self.directory, &self.name) {
            let _ = unlinkat(&self.directory, &self.name, AtFlags::empty());
        }
    }
}

/// Opens a directory step by step, following no link: the component told a path
/// without any.
fn walk(root: &OwnedFd, path: &str) -> Outcome<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
    let mut directory = openat(root, ".", flags, Mode::empty()).map_err(system)?;
    for step in path.split('/').filter(|&step| step != ".") {
        if step.is_empty() || step == ".." {
            return Err(Failure::new("invalid_name", "is not a path to write to"));
        }
        directory =
            openat(&directory, step, flags, Mode::empty()).map_err(|errno| match errno {
                // A link took its place meanwhile.
                Errno::LOOP | Errno::MLINK => changed(),
                errno => system(errno),
            })?;
    }
    Ok(directory)
}

/// The file that is to be replaced, if there is one. It must be one that the
/// caller may write to: a rename would not ask.
fn look_at(directory: &OwnedFd, name: &str) -> Outcome<Option<Stat>> {
    if name.contains('/') {
        return Err(Failure::new("invalid_name", "is not a name to write to"));
    }
    let target = match statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(target) => target,
        Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(system(errno)),
    };
    if FileType::from_raw_mode(target.st_mode) != FileType::RegularFile {
        return Err(changed());
    }
    let flags = AtFlags::EACCESS | AtFlags::SYMLINK_NOFOLLOW;
    match accessat(directory, name, Access::WRITE_OK, flags) {
        Ok(()) => Ok(Some(target)),
        // An older kernel cannot say it without following a link.
        Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => {
            let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            match openat(directory, name, flags, Mode::empty()) {
                Ok(_) | Err(Errno::TXTBSY) => Ok(Some(target)),
                Err(errno) => Err(system(errno)),
            }
        }
        Err(errno) => Err(system(errno)),
    }
}

/// Removes a draft that nobody is at work on.
fn sweep(directory: &OwnedFd, name: &str) {
    // A pipe of that name must not hold the call up.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = openat(directory, name, flags | OFlags::RDONLY, Mode::empty())
        .or_else(|_| openat(directory, name, flags | OFlags::WRONLY, Mode::empty()));
    let Ok(file) = opened else { return };
    let is_regular = fstat(&file)
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile);
    if is_regular
        && flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok()
        && is_at(&file, directory, name)
    {
        // What will not go is passed over by `create`.
        let _ = unlinkat(directory, name, AtFlags::empty());
    }
}

/// Creates the first draft whose name is free, and locks it.
fn create(directory: &OwnedFd, names: &[String], mode: Mode) -> Outcome<(String, OwnedFd)> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::RDWR | OFlags::CLOEXEC;
    for _ in 0..ROUNDS {
        let mut lost = false;
        for name in names {
            let file = match openat(directory, name.as_str(), flags, mode) {
                Ok(file) => file,
                Err(Errno::EXIST) => continue,
                Err(errno) => return Err(system(errno)),
            };
            // Before the lock, another writer may have taken it for one that
            // was left behind.
            let locked = match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => true,
                Err(Errno::WOULDBLOCK) => false,
                // A file system without locks: nobody can take it for such.
                Err(_) => return Ok((name.clone(), file)),
            };
            if locked && is_at(&file, directory, name) {
                return Ok((name.clone(), file));
            }
            lost = true;
        }
        if !lost {
            break;
        }
    }
    Err(Failure::new("already_exists", "too many writers are at work on it"))
}

/// Whether an open file is what a name stands for.
fn is_at(file: &OwnedFd, directory: &OwnedFd, name: &str) -> bool {
    let (Ok(file), Ok(named)) = (fstat(file), statat(directory, name, AtFlags::SYMLINK_NOFOLLOW))
    else {
        return false;
    };
    (file.st_dev, file.st_ino) == (named.st_dev, named.st_ino)
}
