//! Kernels over lists of numbers. Each works in place where it can: the list
//! that came in is the list that goes out.

use crate::error::{Code, Error};

/// The largest `n` that [`sqrts`] takes: the canonical ABI of some hosts holds
/// a list of results in values of 48 bytes, 128 MiB in all.
pub const MAX_ROOTS: u32 = 1_000_000;

/// The square of a number.
pub fn squared(x: f64) -> f64 {
    x * x
}

/// Squares every element.
pub fn square(xs: &mut [f64]) {
    for x in xs {
        *x = squared(*x);
    }
}

/// The heading and the values of `sqrts`.
pub fn sqrts(n: u32) -> Result<(String, Vec<f64>), Error> {
    if n > MAX_ROOTS {
        return Err(Error::too_large(format!("n is {n}, expected at most {MAX_ROOTS}")));
    }
    Ok((format!("Square roots up to {n}:"), (1..=n).map(|k| f64::from(k).sqrt()).collect()))
}

/// Adds `by` to every element, or to none if a sum does not fit.
///
/// `first` is the position of `xs[0]` in the whole list, for the message.
pub fn increase(xs: &mut [i64], by: i64, first: u64) -> Result<(), Error> {
    // Only one end of the range can be left, so one comparison an element
    // tells; looking before adding keeps the list whole.
    let fits = |x: i64| x.checked_add(by).is_some();
    if let Some(at) = xs.iter().position(|&x| !fits(x)) {
        return Err(Error::too_large(format!(
            "element {} is {}, and adding {by} does not fit in 64 bits",
            first + at as u64,
            xs[at]
        )));
    }
    for x in xs {
        *x = x.wrapping_add(by);
    }
    Ok(())
}

/// Adds the products of `a` and `b`, first to last, to `sum`.
///
/// The slices must be of one length; see [`same_length`].
pub fn dot(sum: f64, a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(sum, |sum, (x, y)| sum + x * y)
}

/// Refuses lists of two lengths.
pub fn same_length(a: u64, b: u64) -> Result<(), Error> {
    if a == b {
        return Ok(());
    }
    let why = format!("a has {a} elements and b has {b}, expected as many in both");
    Err(Error::new(Code::InvalidArgument, "", why))
}

/// Pi by `n` terms of the Leibniz series.
pub fn pi(n: u32) -> f64 {
    let mut sum = 0.0;
    for k in 0..n {
        let term = 1.0 / (2.0 * f64::from(k) + 1.0);
        sum += if k % 2 == 0 { term } else { -term };
    }
    4.0 * sum
}

/// Shuffles in place: Fisher-Yates from the last position down, each partner
/// drawn by Lemire's method ("Fast Random Integer Generation in an Interval",
/// 2019) from SplitMix64 (Steele, Lea and Flood, 2014).
pub fn shuffle(xs: &mut [i64], seed: u64) {
    let mut random = SplitMix64(seed);
    for i in (1..xs.len()).rev() {
        let j = random.below(i as u64 + 1) as usize;
        xs.swap(i, j);
    }
}

struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        let mut product = u128::from(self.next()) * u128::from(bound);
        if (product as u64) < bound {
            // Draws below 2^64 mod bound would favour small results.
            let threshold = bound.wrapping_neg() % bound;
            while (product as u64) < threshold {
                product = u128::from(self.next()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_keep_the_bits_of_special_values() {
        let mut xs = [1.0, -2.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, 5e-324];
        square(&mut xs);
        assert_eq!(xs, [1.0, 4.0, 0.0, f64::INFINITY, f64::INFINITY, 0.0]);
        assert!(xs[2].is_sign_positive());
    }

    #[test]
    fn an_increase_that_does_not_fit_changes_nothing() {
        let mut xs = [1, i64::MAX, 3];
        let error = increase(&mut xs, 1, 10).unwrap_err();
        assert_eq!(error.code, Code::TooLarge);
        assert!(error.message.contains("element 11 "), "{}", error.message);
        assert_eq!(xs, [1, i64::MAX, 3]);
    }

    #[test]
    fn increase_reaches_both_ends_of_the_range() {
        let mut xs = [i64::MIN, -1, 0];
        increase(&mut xs, i64::MAX, 0).unwrap();
        assert_eq!(xs, [-1, i64::MAX - 1, i64::MAX]);
        increase(&mut xs, -i64::MAX, 0).unwrap();
        assert_eq!(xs, [i64::MIN, -1, 0]);
        assert!(increase(&mut xs, -1, 0).is_err());
    }

    #[test]
    fn sqrts_stops_at_its_limit() {
        assert_eq!(sqrts(0).unwrap().1, Vec::<f64>::new());
        assert_eq!(sqrts(MAX_ROOTS).unwrap().1.len(), MAX_ROOTS as usize);
        assert_eq!(sqrts(MAX_ROOTS + 1).unwrap_err().code, Code::TooLarge);
    }

    #[test]
    fn a_shuffle_is_a_permutation() {
        for n in [0, 1, 2, 3, 100] {
            let mut xs: Vec<i64> = (0..n).collect();
            shuffle(&mut xs, 7);
            xs.sort_unstable();
            assert_eq!(xs, (0..n).collect::<Vec<i64>>());
        }
    }
}
