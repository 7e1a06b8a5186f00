//! Strings to and from R, with NA.

use std::borrow::Cow;

use extendr_api::prelude::*;

use crate::component::failure::{Outcome, answer};
use crate::component::session::{self, Steps};

/// The elements of a character vector in UTF-8; None is NA.
pub fn elements(strings: &Strings) -> impl Iterator<Item = Option<&str>> {
    strings.iter().map(|element| (!element.is_na()).then(|| element.as_ref()))
}

/// Whether every element is NA or valid UTF-8 as it stands. `native` says
/// whether a string that is not marked is in UTF-8.
fn is_utf8(strings: &Strings, native: bool) -> Outcome<bool> {
    /// To ask what time it is takes longer than one look.
    const BLOCK: usize = 1024;
    let mut steps = Steps::new();
    for (at, element) in elements(strings).enumerate() {
        let Some(text) = element else { continue };
        if !text.is_ascii() {
            let is_valid = std::str::from_utf8(text.as_bytes()).is_ok();
            if !is_valid || !session::is_utf8(strings, at, native) {
                return Ok(false);
            }
        }
        if at % BLOCK == BLOCK - 1 {
            steps.step()?;
        }
    }
    Ok(true)
}

/// A character vector of so many elements, made one after the other; None
/// becomes NA. What is made goes to R at once, so that R tells when memory is
/// short.
pub fn made<T: AsRef<str>>(
    len: usize,
    elements: impl Iterator<Item = Outcome<Option<T>>>,
) -> Outcome<Robj> {
    let mut strings = session::strings(len)?;
    for (at, element) in elements.enumerate() {
        let element = element?;
        let text = element.as_ref().map(|text| without_nul(text.as_ref()));
        session::put(&mut strings, at, std::iter::once(text.as_ref().map(|text| text.as_bytes())))?;
    }
    Ok(strings)
}

/// A character vector of one element.
pub fn one(text: &str) -> Outcome<Robj> {
    made(1, std::iter::once(Ok(Some(text))))
}

/// A short string.
pub fn string(text: &str) -> String {
    without_nul(text).into_owned()
}

/// R's strings cannot hold a NUL.
pub fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

#[extendr]
fn core_is_utf8(strings: Strings, native: bool) -> Robj {
    answer(is_utf8(&strings, native))
}

extendr_module! {
    mod text;
    fn core_is_utf8;
}
