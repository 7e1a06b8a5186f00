//! Every kind of value. R has recycled vectors to one length and refused
//! numbers that are not whole or beyond 2^53.

use extendr_api::prelude::*;
use wasmtime::Store;

use crate::bindings::{Fordway, Person, types};
use crate::component::failure::{Failure, Outcome, answer};
use crate::component::instance::{Grant, Keeper, State, make_room};
use crate::component::session::{self, Steps};
use crate::core::{self, PURE};
use crate::text;

/// Up to here a double holds every integer.
const MAX_WHOLE: i64 = 1 << 53;

/// Texts up to this size take no room that is worth a look, in bytes.
const SMALL: usize = 1 << 16;

/// The longest text that the component gives, in bytes.
const MAX_TEXT: usize = 1 << 26;

fn add(a: f64, b: f64) -> Outcome<f64> {
    if a.is_nan() || b.is_nan() {
        return Ok(f64::na());
    }
    let sum = PURE
        .call(|exports, store| exports.fordway_core_tour().call_add(store, a as i64, b as i64))?;
    if sum.abs() > MAX_WHOLE {
        let why = format!("{a} + {b} is {sum}, beyond 2^53, where doubles skip integers");
        return Err(Failure::new("too_large", why));
    }
    Ok(sum as f64)
}

/// Looks for room for a text that comes back.
fn expect_text(bytes: usize) -> Outcome<()> {
    if bytes > SMALL { make_room(bytes.min(MAX_TEXT)) } else { Ok(()) }
}

fn repeat(text: Option<&str>, times: f64) -> Outcome<Option<String>> {
    let Some(text) = text.filter(|_| !times.is_nan()) else { return Ok(None) };
    expect_text(text.len().saturating_mul(times as usize))?;
    PURE.call(|exports, store| exports.fordway_core_tour().call_repeat(store, text, times as u32))
        .map(Some)
}

fn join(words: &Strings, separator: &str) -> Outcome<Robj> {
    let mut borrowed = Vec::new();
    borrowed.try_reserve_exact(words.len()).map_err(|_| Failure::no_memory())?;
    let (mut bytes, mut steps) = (0, Steps::new());
    for (at, word) in text::elements(words).flatten().enumerate() {
        bytes += word.len() + separator.len();
        borrowed.push(word);
        if at % 1024 == 1023 {
            steps.step()?;
        }
    }
    expect_text(bytes)?;
    let joined = PURE.call(|exports, store| {
        exports.fordway_core_tour().call_join(store, &borrowed, separator)
    })?;
    text::one(&joined)
}

fn full_name(first: Option<&str>, last: Option<&str>) -> Outcome<Option<String>> {
    let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
    expect_text(first.len() + last.len())?;
    PURE.call(|exports, store| {
        let person = Person { first, last };
        exports.fordway_core_tour().call_full_name(store, person).map(Ok::<_, Failure>)
    })
    .map(Some)
}

fn even(n: f64) -> Outcome<Rbool> {
    if n.is_nan() {
        return Ok(Rbool::na());
    }
    let even = PURE.call(|exports, store| {
        let even = exports.fordway_core_tour().call_even(store, n as i64)?;
        Ok(even.map_err(|sentence| Failure::new("invalid_argument", sentence)))
    })?;
    Ok(even.into())
}

/// What a function prints, for R to print.
fn printed(
    call: impl FnOnce(&Fordway, &mut Store<State>) -> wasmtime::Result<Result<(), types::Error>>,
) -> Outcome<String> {
    core::prepare()?;
    let mut instance = core::instance(Grant::Nothing, Keeper::Session)?;
    instance.call(call)??;
    Ok(instance.printed())
}

#[extendr]
fn core_hello() -> Robj {
    answer(printed(|exports, store| exports.fordway_core_tour().call_hello(store)))
}

#[extendr]
fn core_greet() -> Robj {
    answer(printed(|exports, store| exports.fordway_core_tour().call_greet(store)))
}

#[extendr]
fn core_add(a: &[f64], b: &[f64]) -> Robj {
    answer(session::doubles(a.len(), |sums| {
        sums.iter_mut().zip(a.iter().zip(b)).try_for_each(|(sum, (&a, &b))| {
            *sum = add(a, b)?;
            Ok(())
        })
    }))
}

#[extendr]
fn core_repeat(texts: Strings, times: &[f64]) -> Robj {
    let repeated = text::elements(&texts).zip(times).map(|(text, &times)| repeat(text, times));
    answer(text::made(times.len(), repeated))
}

#[extendr]
fn core_join(words: Strings, separator: &str) -> Robj {
    answer(join(&words, separator))
}

#[extendr]
fn core_full_name(first: Strings, last: Strings) -> Robj {
    let pairs = text::elements(&first).zip(text::elements(&last));
    answer(text::made(first.len(), pairs.map(|(first, last)| full_name(first, last))))
}

#[extendr]
fn core_even(n: &[f64]) -> Robj {
    answer(session::logicals(n.len(), |evens| {
        evens.iter_mut().zip(n).try_for_each(|(slot, &n)| {
            *slot = even(n)?;
            Ok(())
        })
    }))
}

extendr_module! {
    mod tour;
    fn core_hello;
    fn core_greet;
    fn core_add;
    fn core_repeat;
    fn core_join;
    fn core_full_name;
    fn core_even;
}
