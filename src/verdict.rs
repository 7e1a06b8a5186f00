//! The one rule by which a check is judged.

/// What a check came to, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files that were read in full and matched.
    pub passed: u64,
    /// Files with another digest.
    pub mismatched: u64,
    /// Files that are not there.
    pub missing: u64,
    /// Files that could not be read in full.
    pub unreadable: u64,
    /// Lines that could not be understood.
    pub malformed: u64,
    /// Required names that no line names.
    pub unlisted: u64,
    /// Names that could not be looked at, where extra files were asked for.
    pub unseen: u64,
}

/// What a check lets pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leniency {
    /// A missing file is none.
    pub ignore_missing: bool,
    /// A line that could not be understood is none.
    pub ignore_malformed: bool,
}

/// Whether all is well: at least one file passed, and nothing is wrong but what
/// is let pass.
pub fn verdict(tally: Tally, leniency: Leniency) -> bool {
    let Tally { passed, mismatched, missing, unreadable, malformed, unlisted, unseen } = tally;
    passed > 0
        && mismatched == 0
        && (missing == 0 || leniency.ignore_missing)
        && unreadable == 0
        && (malformed == 0 || leniency.ignore_malformed)
        && unlisted == 0
        && unseen == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fault_of_any_kind_spoils_a_check_unless_it_is_let_pass() {
        let good = Tally { passed: 1, ..Tally::default() };
        let faults = [
            Tally { passed: 0, ..good },
            Tally { mismatched: 1, ..good },
            Tally { unreadable: 1, ..good },
            Tally { unlisted: 1, ..good },
            Tally { unseen: 1, ..good },
        ];
        let missing = Tally { missing: 1, ..good };
        let malformed = Tally { malformed: 1, ..good };
        for ignore_missing in [false, true] {
            for ignore_malformed in [false, true] {
                let leniency = Leniency { ignore_missing, ignore_malformed };
                assert!(verdict(good, leniency));
                assert!(faults.iter().all(|&tally| !verdict(tally, leniency)));
                assert_eq!(verdict(missing, leniency), ignore_missing);
                assert_eq!(verdict(malformed, leniency), ignore_malformed);
            }
        }
    }

    #[test]
    fn nothing_but_missing_files_is_no_success() {
        let leniency = Leniency { ignore_missing: true, ignore_malformed: true };
        assert!(!verdict(Tally { missing: 3, ..Tally::default() }, leniency));
        assert!(!verdict(Tally::default(), leniency));
    }
}
