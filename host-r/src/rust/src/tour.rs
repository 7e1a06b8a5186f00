//! Every kind of value. R has recycled vectors to one length and refused
//! numbers that are not whole or beyond 2^53.

use extendr_api::prelude::*;

use crate::bindings::{Person, types};
use crate::failure::{Failure, Outcome, answer};
use crate::instance::{Grant, Instance, PURE};
use crate::text;

/// Up to here a double holds every integer.
const MAX_WHOLE: i64 = 1 << 53;

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

fn repeat(text: Option<&str>, times: f64) -> Outcome<Option<String>> {
    let Some(text) = text.filter(|_| !times.is_nan()) else { return Ok(None) };
    PURE.call(|exports, store| exports.fordway_core_tour().call_repeat(store, text, times as u32))
        .map(Some)
}

fn full_name(first: Option<&str>, last: Option<&str>) -> Outcome<Option<String>> {
    let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
    let person = Person { first: first.to_owned(), last: last.to_owned() };
    PURE.call(|exports, store| {
        exports.fordway_core_tour().call_full_name(store, &person).map(Ok::<_, Failure>)
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
    call: impl FnOnce(
        &crate::bindings::Fordway,
        &mut wasmtime::Store<crate::instance::State>,
    ) -> wasmtime::Result<std::result::Result<(), types::Error>>,
) -> Outcome<String> {
    let mut instance = Instance::new(Grant::Nothing)?;
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
    let sums: Outcome<Vec<f64>> = a.iter().zip(b).map(|(&a, &b)| add(a, b)).collect();
    answer(sums)
}

#[extendr]
fn core_repeat(texts: Strings, times: &[f64]) -> Robj {
    let texts = text::elements(&texts);
    let repeated: Outcome<Vec<_>> =
        texts.into_iter().zip(times).map(|(text, &times)| repeat(text, times)).collect();
    answer(repeated.map(|repeated| text::strings(&repeated)))
}

#[extendr]
fn core_join(words: Strings, separator: &str) -> Robj {
    let words: Vec<String> =
        text::elements(&words).into_iter().flatten().map(str::to_owned).collect();
    let joined =
        PURE.call(|exports, store| exports.fordway_core_tour().call_join(store, &words, separator));
    answer(joined.map(|joined| text::string(&joined)))
}

#[extendr]
fn core_full_name(first: Strings, last: Strings) -> Robj {
    let pairs = text::elements(&first).into_iter().zip(text::elements(&last));
    let names: Outcome<Vec<_>> = pairs.map(|(first, last)| full_name(first, last)).collect();
    answer(names.map(|names| text::strings(&names)))
}

#[extendr]
fn core_even(n: &[f64]) -> Robj {
    let evens: Outcome<Vec<Rbool>> = n.iter().map(|&n| even(n)).collect();
    answer(evens.map(Logicals::from_values))
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
