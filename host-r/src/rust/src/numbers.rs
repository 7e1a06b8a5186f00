//! Kernels over lists of numbers. R has made every list a vector of doubles.

use extendr_api::prelude::*;

use crate::component::failure::{Failure, Outcome, answer};
use crate::component::session::{self, Steps};
use crate::core::PURE;

/// How many doubles go to the component at once: few enough to stay in a
/// processor's cache on their way there and back.
const BLOCK: usize = 1 << 14;

/// R's NA is one NaN among many, known by its low word.
fn is_na(x: f64) -> bool {
    x.is_nan() && x.to_bits() as u32 == 1954
}

fn squares(xs: &[f64], out: &mut [f64]) -> Outcome<()> {
    for (xs, out) in xs.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
        let squares = PURE.call(|exports, store| {
            exports.fordway_core_numbers().call_squares(store, xs).map(Ok::<_, Failure>)
        })?;
        for ((out, square), &x) in out.iter_mut().zip(squares).zip(xs) {
            // Which NaN an operation on NaN gives, the component may choose.
            *out = if square.is_nan() && is_na(x) { f64::na() } else { square };
        }
    }
    Ok(())
}

/// Block by block: each begins with the sum so far, times one, so that the
/// order of additions is that of one call.
fn dot(a: &[f64], b: &[f64]) -> Outcome<f64> {
    let call = |a: &[f64], b: &[f64]| {
        PURE.call(|exports, store| exports.fordway_core_numbers().call_dot(store, a, b))
    };
    if a.len() != b.len() {
        let why = format!("`a` and `b` must be of one length, not {} and {}", a.len(), b.len());
        return Err(Failure::new("invalid_argument", why));
    }
    let first = a.len().min(BLOCK);
    let mut na = false;
    let mut sum = call(&a[..first], &b[..first])?;
    na |= sum.is_nan() && a[..first].iter().chain(&b[..first]).any(|&x| is_na(x));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (a, b) in a[first..].chunks(BLOCK).zip(b[first..].chunks(BLOCK)) {
        left.clear();
        left.push(sum);
        left.extend_from_slice(a);
        right.clear();
        right.push(1.0);
        right.extend_from_slice(b);
        sum = call(&left, &right)?;
        na |= sum.is_nan() && a.iter().chain(b).any(|&x| is_na(x));
    }
    Ok(if na { f64::na() } else { sum })
}

/// The position, from 1, of the first element that is neither NA nor a whole
/// number in a range; 0 if there is none.
fn first_unfit(xs: &[f64], min: f64, max: f64) -> Outcome<usize> {
    let fits = |x: f64| x.is_nan() || (x >= min && x <= max && x == x.trunc());
    let mut steps = Steps::new();
    for (at, block) in xs.chunks(BLOCK).enumerate() {
        if let Some(within) = block.iter().position(|&x| !fits(x)) {
            return Ok(at * BLOCK + within + 1);
        }
        steps.step()?;
    }
    Ok(0)
}

fn sqrts(n: u32) -> Outcome<List> {
    let roots = PURE.call(|exports, store| exports.fordway_core_numbers().call_sqrts(store, n))?;
    let values = session::doubles(roots.values.len(), |values| {
        values.copy_from_slice(&roots.values);
        Ok(())
    })?;
    Ok(list!(heading = roots.heading, values = values))
}

#[extendr]
fn core_first_unfit(x: &[f64], min: f64, max: f64) -> Robj {
    answer(first_unfit(x, min, max).map(|at| at as f64))
}

#[extendr]
fn core_squares(x: &[f64]) -> Robj {
    answer(session::doubles(x.len(), |out| squares(x, out)))
}

#[extendr]
fn core_sqrts(n: f64) -> Robj {
    answer(sqrts(n as u32))
}

#[extendr]
fn core_dot(a: &[f64], b: &[f64]) -> Robj {
    answer(dot(a, b))
}

#[extendr]
fn core_pi(n: f64) -> Robj {
    answer(PURE.call(|exports, store| {
        exports.fordway_core_numbers().call_pi(store, n as u32).map(Ok::<_, Failure>)
    }))
}

extendr_module! {
    mod numbers;
    fn core_first_unfit;
    fn core_squares;
    fn core_sqrts;
    fn core_dot;
    fn core_pi;
}
