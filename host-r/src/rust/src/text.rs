//! Strings to and from R, with NA.

use std::borrow::Cow;

use extendr_api::prelude::*;

/// The elements of a character vector in UTF-8; None is NA.
pub fn elements(strings: &Strings) -> Vec<Option<&str>> {
    strings.iter().map(|element| (!element.is_na()).then(|| element.as_ref())).collect()
}

/// A character vector; None becomes NA.
pub fn strings<T: AsRef<str>>(elements: &[Option<T>]) -> Strings {
    Strings::from_values(elements.iter().map(|element| match element {
        Some(text) => without_nul(text.as_ref()),
        None => Cow::Borrowed(<&str>::na()),
    }))
}

/// One string.
pub fn string(text: &str) -> String {
    without_nul(text).into_owned()
}

/// R's strings cannot hold a NUL.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}
