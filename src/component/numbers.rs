//! The interface `numbers`.

use super::Component;
use super::bindings::exports::fordway::core::numbers::{Guest, Roots};
use super::bindings::fordway::core::types::Error;
use crate::numbers;

impl Guest for Component {
    fn squares(mut xs: Vec<f64>) -> Vec<f64> {
        numbers::square(&mut xs);
        xs
    }

    fn sqrts(n: u32) -> Result<Roots, Error> {
        let (heading, values) = numbers::sqrts(n)?;
        Ok(Roots { heading, values })
    }

    fn increase(mut xs: Vec<i64>, by: i64) -> Result<Vec<i64>, Error> {
        numbers::increase(&mut xs, by, 0)?;
        Ok(xs)
    }

    fn dot(a: Vec<f64>, b: Vec<f64>) -> Result<f64, Error> {
        numbers::same_length(a.len() as u64, b.len() as u64)?;
        Ok(numbers::dot(0.0, &a, &b))
    }

    fn pi(n: u32) -> f64 {
        numbers::pi(n)
    }

    fn shuffle(mut xs: Vec<i64>, seed: u64) -> Vec<i64> {
        numbers::shuffle(&mut xs, seed);
        xs
    }
}
