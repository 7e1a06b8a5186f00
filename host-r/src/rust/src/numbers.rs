//! Kernels over lists of numbers. R has made every list a vector of doubles.

use extendr_api::prelude::*;

use crate::failure::{Failure, Outcome, answer};
use crate::instance::PURE;

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

fn dot(a: &[f64], b: &[f64]) -> Outcome<f64> {
    let product =
        PURE.call(|exports, store| exports.fordway_core_numbers().call_dot(store, a, b))?;
    let na = product.is_nan() && a.iter().chain(b).any(|&x| is_na(x));
    Ok(if na { f64::na() } else { product })
}

/// The position, from 1, of the first element that is neither NA nor a whole
/// number in a range; 0 if there is none.
fn first_unfit(xs: &[f64], min: f64, max: f64) -> usize {
    let fits = |x: f64| x.is_nan() || (x >= min && x <= max && x == x.trunc());
    xs.iter().position(|&x| !fits(x)).map_or(0, |at| at + 1)
}

#[extendr]
fn core_first_unfit(x: &[f64], min: f64, max: f64) -> f64 {
    first_unfit(x, min, max) as f64
}

#[extendr]
fn core_squares(x: &[f64], mut out: Robj) -> Robj {
    answer(match out.as_real_slice_mut() {
        Some(out) => squares(x, out),
        None => Err(Failure::new("invalid_argument", "the result is no vector of doubles")),
    })
}

#[extendr]
fn core_sqrts(n: f64) -> Robj {
    let roots =
        PURE.call(|exports, store| exports.fordway_core_numbers().call_sqrts(store, n as u32));
    answer(roots.map(|roots| list!(heading = roots.heading, values = roots.values)))
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
