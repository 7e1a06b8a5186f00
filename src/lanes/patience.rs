//! What to do where too many files are open.

use std::thread;
use std::time::Duration;

use crate::error::Error;
use crate::fs::may_be_too_many;

/// How long one pause lasts. Others who hold files open need about as long for
/// one of theirs.
const PAUSE: Duration = Duration::from_millis(5);

/// How often a check waits for others to close files, however many of its own
/// cannot be opened: a disk that is broken is not to take all day.
#[derive(Debug)]
pub struct Patience(u32);

impl Default for Patience {
    fn default() -> Self {
        Patience(60)
    }
}

impl Patience {
    /// Opens a file while this check has no other open. Where it may be that
    /// too many are open elsewhere, it tries again after a pause.
    pub fn open<T>(&mut self, mut open: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
        loop {
            match open() {
                Err(error) if may_be_too_many(&error) && self.0 > 0 => {
                    self.0 -= 1;
                    thread::sleep(PAUSE);
                }
                other => return other,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use crate::fs::TOO_MANY;

    #[test]
    fn it_lasts_for_a_while() {
        let mut patience = Patience::default();
        let mut left = 3;
        let opened = patience.open(|| match left {
            0 => Ok(7),
            _ => {
                left -= 1;
                Err(Error::new(Code::Io, "", TOO_MANY))
            }
        });
        assert_eq!((opened, patience.0), (Ok(7), 57));
        let mut patience = Patience(1);
        let broken = patience.open(|| Err::<(), _>(Error::new(Code::Io, "", TOO_MANY)));
        assert_eq!((broken.is_err(), patience.0), (true, 0));
        let other = Patience(1).open(|| Err::<(), _>(Error::new(Code::Io, "", "another")));
        assert_eq!(other.unwrap_err().message, "another");
    }
}
