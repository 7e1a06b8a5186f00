//! A tour of every kind of value.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::Error;

/// What `hello` prints.
pub const HELLO: &str = "Hello world!\n";

/// The longest text that [`repeat`] and [`join`] make, in bytes: half of what
/// the canonical ABI of wasmtime lets one call return.
pub const MAX_TEXT: usize = 1 << 26;

/// What `greet` prints.
pub fn greeting() -> String {
    format!("Hello! The square root of 4 is: {}\n", 4f64.sqrt())
}

/// The sum, if it fits.
pub fn add(a: i64, b: i64) -> Result<i64, Error> {
    a.checked_add(b).ok_or_else(|| Error::too_large(format!("{a} + {b} does not fit in 64 bits")))
}

/// `text`, `times` times over.
pub fn repeat(text: &str, times: u32) -> Result<String, Error> {
    text_fits(text.len() as u64 * u64::from(times))?;
    Ok(text.repeat(times as usize))
}

/// `words` with `separator` between them.
pub fn join(words: &[String], separator: &str) -> Result<String, Error> {
    let gaps = words.len().saturating_sub(1) as u64;
    let letters: u64 = words.iter().map(|word| word.len() as u64).sum();
    text_fits(letters + gaps * separator.len() as u64)?;
    Ok(words.join(separator))
}

fn text_fits(length: u64) -> Result<(), Error> {
    if length <= MAX_TEXT as u64 {
        return Ok(());
    }
    Err(Error::too_large(format!(
        "the result would have {length} bytes, expected at most {MAX_TEXT}"
    )))
}

/// First and last name with a space between them.
pub fn full_name(first: &str, last: &str) -> String {
    format!("{first} {last}")
}

/// Whether `n` is even; a sentence if it is negative.
pub fn even(n: i64) -> Result<bool, String> {
    if n < 0 {
        return Err(format!("{n} is negative, want at least 0"));
    }
    Ok(n % 2 == 0)
}

static LIVE: AtomicU32 = AtomicU32::new(0);

/// An object that counts itself, so that a test can see it go.
#[derive(Debug)]
pub struct UserInfo {
    name: String,
}

impl UserInfo {
    /// A user of that name.
    pub fn new(name: String) -> Self {
        LIVE.fetch_add(1, Ordering::Relaxed);
        UserInfo { name }
    }

    /// A sentence about the user.
    pub fn info(&self) -> String {
        let letters = self.name.chars().count();
        format!("User \"{}\" has {letters} letters in their name", self.name)
    }

    /// How many are alive.
    pub fn live() -> u32 {
        LIVE.load(Ordering::Relaxed)
    }
}

impl Drop for UserInfo {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn texts_stop_at_their_limit() {
        assert_eq!(repeat("ab", 1 << 25).unwrap().len(), MAX_TEXT);
        assert_eq!(repeat("ab", (1 << 25) + 1).unwrap_err().code, Code::TooLarge);
        assert_eq!(repeat("", u32::MAX).unwrap(), "");
        let words = vec!["x".repeat(MAX_TEXT / 2); 2];
        assert_eq!(join(&words, "").unwrap().len(), MAX_TEXT);
        assert_eq!(join(&words, "-").unwrap_err().code, Code::TooLarge);
    }

    #[test]
    fn a_dropped_user_is_gone() {
        let before = UserInfo::live();
        let user = UserInfo::new("Alice".to_owned());
        assert_eq!(UserInfo::live(), before + 1);
        drop(user);
        assert_eq!(UserInfo::live(), before);
    }
}
