//! Many files led through a few slots.

use super::function::{Function, Job};
use super::patience::Patience;
use super::slot::Slot;
use crate::error::Error;
use crate::fs::{File, may_be_too_many};

/// What came of a file: its digest and its length, or why there is none.
pub type Outcome = Result<(Vec<u8>, u64), Error>;

/// Hashes the files whose numbers `owners` yields, several side by side.
///
/// `open` opens the file of a number, and `expected` is the digest that it
/// should have; `done` is told what came of each, in the order in which they
/// end. A slot is filled again as soon as its file ends.
/// At most [`Function::lanes`] files are open at a time, fewer where the system
/// allows no more, and of each a block is in memory and the next one on its
/// way.
pub fn hash<'a>(
    function: Function,
    owners: impl Iterator<Item = usize>,
    mut open: impl FnMut(usize) -> Result<File, Error>,
    expected: impl Fn(usize) -> &'a [u8],
    mut done: impl FnMut(usize, Outcome),
    patience: &mut Patience,
) {
    let mut owners = owners.peekable();
    let mut slots: Vec<Slot> = Vec::with_capacity(function.lanes());
    // How many files are open together; fewer where that was too many.
    let mut most = function.lanes();
    loop {
        while slots.len() < most {
            let Some(&owner) = owners.peek() else { break };
            let opened = if slots.is_empty() { patience.open(|| open(owner)) } else { open(owner) };
            match opened {
                Ok(file) => slots.push(Slot::new(owner, function, file)),
                // It is tried again when another one has ended, at last alone.
                Err(error) if may_be_too_many(&error) && !slots.is_empty() => {
                    most = slots.len();
                    break;
                }
                Err(error) => done(owner, Err(error)),
            }
            owners.next();
        }
        if slots.is_empty() {
            return;
        }
        let before = slots.len();
        let filled = slots.into_iter().filter_map(|slot| fill(slot, &expected, &mut done));
        slots = filled.collect();
        // All lanes go on together, or those of small files would go empty.
        if slots.len() == before || owners.peek().is_none() {
            advance(function, &mut slots);
        }
    }
}

/// Sees to it that a slot has blocks at hand, or tells how its file ended.
fn fill<'a>(
    mut slot: Slot,
    expected: &impl Fn(usize) -> &'a [u8],
    done: &mut impl FnMut(usize, Outcome),
) -> Option<Slot> {
    let owner = slot.owner;
    match slot.fill() {
        Ok(true) => return Some(slot),
        Ok(false) => done(owner, slot.finish(expected(owner))),
        Err(error) => done(owner, Err(error)),
    }
    None
}

/// Takes in blocks of the files of which the most is left, so that none is
/// left over at the end, where it would be hashed alone.
fn advance(function: Function, slots: &mut [Slot]) {
    let together = function.together(slots.len());
    slots.sort_by_key(|slot| std::cmp::Reverse(slot.left()));
    let slots = &mut slots[..together];
    let mut jobs: Vec<Job> = slots.iter_mut().map(Slot::job).collect();
    let blocks = function.advance(&mut jobs);
    slots.iter_mut().for_each(|slot| slot.skip(blocks));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use crate::fs::{Dir, TOO_MANY};
    use proptest::prelude::*;
    use std::fs;
    use std::io::Write as _;

    const BOUNDARIES: [usize; 24] = [
        0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 4095, 4096, 65_535, 65_536,
        65_537, 65_599, 65_600, 131_072, 131_073, 200_000,
    ];

    fn content(file: usize, size: usize) -> Vec<u8> {
        let pattern: Vec<u8> = (0..=250).map(|at| at ^ file as u8).collect();
        let mut content = pattern.repeat(size / pattern.len() + 1);
        content.truncate(size);
        content
    }

    /// A directory of files of these sizes, named by their numbers.
    fn tree(sizes: &[usize]) -> (tempfile::TempDir, Dir) {
        let tree = tempfile::tempdir().unwrap();
        for (file, &size) in sizes.iter().enumerate() {
            fs::write(tree.path().join(file.to_string()), content(file, size)).unwrap();
        }
        let dir = Dir::open_root(tree.path().to_str().unwrap()).unwrap();
        (tree, dir)
    }

    /// What came of each file, in their order.
    fn outcomes(
        function: Function,
        files: usize,
        open: impl FnMut(usize) -> Result<File, Error>,
    ) -> Vec<Outcome> {
        let mut found: Vec<Option<Outcome>> = vec![None; files];
        hash(
            function,
            0..files,
            open,
            |_| &[],
            |file, outcome| {
                assert!(found[file].replace(outcome).is_none(), "file {file} is told of twice");
            },
            &mut Patience::default(),
        );
        found.into_iter().map(|outcome| outcome.expect("each file is told of")).collect()
    }

    fn check(function: Function, sizes: &[usize]) {
        let (_tree, dir) = tree(sizes);
        let found = outcomes(function, sizes.len(), |file| dir.open(&file.to_string()));
        for (file, (outcome, &size)) in found.into_iter().zip(sizes).enumerate() {
            let mut hasher = function.algorithm().hasher();
            hasher.update(&content(file, size));
            assert_eq!(outcome, Ok((hasher.finish().into_vec(), size as u64)), "file {file}");
        }
    }

    #[test]
    fn files_of_every_size_on_a_boundary_are_hashed() {
        for function in Function::ALL {
            check(function, &BOUNDARIES);
            for size in BOUNDARIES {
                check(function, &[size]);
                check(function, &[size.min(5_000); 18]);
            }
        }
    }

    #[test]
    fn a_long_file_goes_on_while_short_ones_come_and_go() {
        let mut sizes: Vec<usize> = (0..60).map(|file| file * 61).collect();
        sizes[3] = 1_000_000;
        for function in Function::ALL {
            check(function, &sizes);
        }
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_told_of() {
        let (tree, dir) = tree(&[10; 30]);
        fs::remove_file(tree.path().join("0")).unwrap();
        fs::remove_file(tree.path().join("17")).unwrap();
        fs::remove_file(tree.path().join("29")).unwrap();
        let found = outcomes(Function::Sha1, 30, |file| dir.open(&file.to_string()));
        for (file, outcome) in found.iter().enumerate() {
            assert_eq!(outcome.is_err(), [0, 17, 29].contains(&file), "file {file}");
        }
    }

    #[test]
    fn where_few_files_may_be_open_all_are_hashed() {
        use std::cell::Cell;
        let (_tree, dir) = tree(&BOUNDARIES);
        let open = Cell::new(0);
        let mut done = 0;
        hash(
            Function::Sha1,
            0..BOUNDARIES.len(),
            |file| {
                if open.get() == 3 {
                    return Err(Error::new(Code::Io, "", TOO_MANY));
                }
                open.set(open.get() + 1);
                dir.open(&file.to_string())
            },
            |_| &[],
            |_, outcome| {
                open.set(open.get() - 1);
                assert!(outcome.is_ok());
                done += 1;
            },
            &mut Patience::default(),
        );
        assert_eq!(done, BOUNDARIES.len());
    }

    #[test]
    fn a_file_that_changes_meanwhile_does_not_pass() {
        for (size, grows) in [(0, true), (10, true), (10, false), (200_000, true), (200_000, false)]
        {
            let (tree, dir) = tree(&[size; 20]);
            let found = outcomes(Function::Sha256, 20, |file| {
                let opened = dir.open(&file.to_string());
                let path = tree.path().join(file.to_string());
                let mut options = fs::OpenOptions::new();
                let mut changed = options.append(true).open(path).unwrap();
                match (file % 5, grows) {
                    (0, true) => changed.write_all(b"more").unwrap(),
                    (0, false) => changed.set_len(size as u64 - 1).unwrap(),
                    _ => {}
                }
                opened
            });
            for (file, outcome) in found.into_iter().enumerate() {
                match outcome {
                    Ok(_) => assert_ne!(file % 5, 0, "{size} {grows}"),
                    Err(error) => {
                        assert_eq!(error.message, CHANGED);
                        assert_eq!(file % 5, 0, "{size} {grows}");
                    }
                }
            }
        }
    }

    /// What comes of a file of `size` bytes that is tampered with once it is
    /// open and should then have the content `expected`.
    fn outcome_of(
        size: usize,
        tamper: impl Fn(&fs::File),
        expected: impl Fn(Vec<u8>) -> Vec<u8>,
    ) -> Outcome {
        let (tree, dir) = tree(&[size]);
        let mut hasher = Function::Sha1.algorithm().hasher();
        hasher.update(&expected(content(0, size)));
        let expected = hasher.finish().into_vec();
        let open = |_| {
            let opened = dir.open("0");
            let file = fs::OpenOptions::new().append(true).open(tree.path().join("0")).unwrap();
            tamper(&file);
            opened
        };
        let mut found = None;
        let done = |_, outcome| found = Some(outcome);
        hash(Function::Sha1, 0..1, open, |_| &expected, done, &mut Patience::default());
        found.unwrap()
    }

    const CHANGED: &str = "changed while it was read";

    fn touch(file: &fs::File) {
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
    }

    #[test]
    fn what_one_read_brought_passes_if_it_is_as_expected() {
        for size in [0, 1, 4096, 65_535] {
            let found = outcome_of(size, touch, |content| content);
            assert_eq!(found.unwrap().1, size as u64);
            let found = outcome_of(size, touch, |mut content| {
                content.push(0);
                content
            });
            assert_eq!(found.unwrap_err().message, CHANGED, "{size}");
        }
    }

    #[test]
    fn what_several_reads_brought_is_of_one_time() {
        for size in [65_536, 200_000] {
            let found = outcome_of(size, touch, |content| content);
            assert_eq!(found.unwrap_err().message, CHANGED, "{size}");
        }
    }

    #[test]
    fn another_size_never_passes() {
        for size in [0, 1, 4096, 65_534, 65_535, 65_536, 200_000] {
            let grow = |mut file: &fs::File| file.write_all(b"!").unwrap();
            let found = outcome_of(size, grow, |content| content);
            assert_eq!(found.unwrap_err().message, CHANGED, "{size}, grown from what is expected");
            let found = outcome_of(size, grow, |content| [&content[..], b"!"].concat());
            assert_eq!(found.unwrap_err().message, CHANGED, "{size}, grown to what is expected");
            if let Some(less) = size.checked_sub(1) {
                let shrink = |file: &fs::File| file.set_len(less as u64).unwrap();
                let found = outcome_of(size, shrink, |content| content[..less].to_vec());
                assert_eq!(found.unwrap_err().message, CHANGED, "{size}, shrunk");
            }
        }
    }

    #[test]
    fn a_file_that_stays_and_is_not_as_expected_has_its_digest_told() {
        for size in [0, 4096, 200_000] {
            let found = outcome_of(size, |_| (), |_| b"another".to_vec());
            assert_eq!(found, outcome_of(size, |_| (), |content| content), "{size}");
            assert!(found.is_ok());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn files_of_any_sizes_are_hashed(
            sizes in proptest::collection::vec(prop_oneof![4 => 0usize..300, 1 => 0usize..150_000], 0..40),
        ) {
            for function in Function::ALL {
                check(function, &sizes);
            }
        }
    }
}
