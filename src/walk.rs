//! Every file below a directory.

use crate::error::{Code, Error};
use crate::fs::{Dir, Kind};
use crate::paths;

/// What a walk finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A regular file, or a link to one inside the root: its path from there.
    File(String),
    /// What cannot be listed or opened.
    Fault(Error),
}

/// Walks the tree below `root` and gives every file to `visit`, directory by
/// directory, names sorted by their bytes.
///
/// Links to directories are not entered, so a walk ends. What is neither a
/// file nor a directory, and what cannot be looked at, is a fault.
pub fn walk(root: &Dir, visit: &mut dyn FnMut(Found)) {
    // Paths still to be looked at, the next one last: depth costs no stack.
    let mut ahead = vec![(".".to_owned(), Kind::Directory)];
    while let Some((path, kind)) = ahead.pop() {
        match kind {
            Kind::File => visit(Found::File(path)),
            Kind::Link => look_through(root, path, visit),
            Kind::Other => {
                let why = "is not a regular file";
                visit(Found::Fault(Error::new(Code::Io, path, why)));
            }
            Kind::Directory => {
                let listed = root.list(&path, &mut |entry| match entry {
                    Ok((name, kind)) => ahead.push((paths::join(&path, &name), kind)),
                    Err(error) => visit(Found::Fault(error.at(&path))),
                });
                match listed {
                    // Sorted backwards: the last one is taken first.
                    Ok(count) => {
                        let first = ahead.len() - count;
                        ahead[first..].sort_unstable_by(|a, b| b.0.cmp(&a.0));
                    }
                    Err(error) => visit(Found::Fault(error.at(&path))),
                }
            }
        }
    }
}

fn look_through(root: &Dir, path: String, visit: &mut dyn FnMut(Found)) {
    match root.stat(&path, true).map(|stat| stat.kind) {
        Ok(Kind::File) => visit(Found::File(path)),
        Ok(Kind::Directory) => {}
        Ok(Kind::Link | Kind::Other) => {
            visit(Found::Fault(Error::new(Code::Io, path, "is not a regular file")));
        }
        Err(error) => visit(Found::Fault(error.at(&path))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn every_file_is_found_once_and_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("b/c")).unwrap();
        for name in ["a", "b/d", "b/c/e", "z", "B"] {
            fs::write(at(name), "").unwrap();
        }
        symlink("a", at("link")).unwrap();
        symlink("..", at("b/loop")).unwrap();
        symlink("nowhere", at("dangling")).unwrap();
        let mut found = Vec::new();
        let root = Dir::open_root(dir.path().to_str().unwrap()).unwrap();
        walk(&root, &mut |item| found.push(item));
        let faults: Vec<_> = found.iter().filter(|item| matches!(item, Found::Fault(_))).collect();
        assert_eq!(faults.len(), 1, "{faults:?}");
        let files: Vec<_> = found
            .iter()
            .filter_map(|item| match item {
                Found::File(path) => Some(path.as_str()),
                Found::Fault(_) => None,
            })
            .collect();
        assert_eq!(files, ["B", "a", "b/c/e", "b/d", "link", "z"]);
    }
}
