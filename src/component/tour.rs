//! The interface `tour`.

use std::io::Write;

use super::Component;
use super::bindings::exports::fordway::core::tour::{Guest, GuestUserInfo, Person};
use super::bindings::fordway::core::types::Error;
use super::run::flush;
use crate::tour;

impl Guest for Component {
    type UserInfo = tour::UserInfo;

    fn hello() -> Result<(), Error> {
        print(tour::HELLO)
    }

    fn greet() -> Result<(), Error> {
        print(&tour::greeting())
    }

    fn noop() {}

    fn add(a: i64, b: i64) -> Result<i64, Error> {
        Ok(tour::add(a, b)?)
    }

    fn repeat(text: String, times: u32) -> Result<String, Error> {
        Ok(tour::repeat(&text, times)?)
    }

    fn join(words: Vec<String>, separator: String) -> Result<String, Error> {
        Ok(tour::join(&words, &separator)?)
    }

    fn full_name(person: Person) -> String {
        tour::full_name(&person.first, &person.last)
    }

    fn even(n: i64) -> Result<bool, String> {
        tour::even(n)
    }
}

impl GuestUserInfo for tour::UserInfo {
    fn new(name: String) -> Self {
        tour::UserInfo::new(name)
    }

    fn info(&self) -> String {
        self.info()
    }

    fn live() -> u32 {
        tour::UserInfo::live()
    }
}

fn print(text: &str) -> Result<(), Error> {
    let mut out = wasip2::cli::stdout::get_stdout();
    // What a full stream refuses here, the flush tells.
    let _ = out.write_all(text.as_bytes());
    Ok(flush(&mut out)?)
}
