//! The kernels over numbers, from one stream to the other.

use std::io::Write;

use super::{BLOCK, Source, broken};
use crate::error::{Code, Error};
use crate::numbers;

pub fn squares(input: &mut dyn Source, out: &mut dyn Write) -> Result<(), Error> {
    each_block(input, |words, _| {
        for word in words.iter_mut() {
            *word = numbers::squared(f64::from_le_bytes(*word)).to_le_bytes();
        }
        out.write_all(words.as_flattened()).map_err(broken)
    })
}

pub fn increase(by: i64, input: &mut dyn Source, out: &mut dyn Write) -> Result<(), Error> {
    each_block(input, |words, first| {
        let mut xs = words.iter().map(|word| i64::from_le_bytes(*word)).collect::<Vec<_>>();
        numbers::increase(&mut xs, by, first)?;
        out.write_all(&bytes(xs.iter().map(|x| x.to_le_bytes()))).map_err(broken)
    })
}

pub fn sqrts(n: u32, out: &mut dyn Write) -> Result<(), Error> {
    for first in (1..=n).step_by(BLOCK / 8) {
        let last = n.min(first.saturating_add((BLOCK / 8 - 1) as u32));
        let block = (first..=last).map(|k| f64::from(k).sqrt().to_le_bytes());
        out.write_all(&bytes(block)).map_err(broken)?;
    }
    Ok(())
}

pub fn dot(n: u64, input: &mut dyn Source, out: &mut dyn Write) -> Result<(), Error> {
    let (mut a, mut at, mut sum) = (Vec::new(), 0, 0.0);
    each_block(input, |words, _| {
        let xs: Vec<f64> = words.iter().map(|word| f64::from_le_bytes(*word)).collect();
        let missing = (n - a.len() as u64).min(xs.len() as u64) as usize;
        let (first, second) = xs.split_at(missing);
        a.extend_from_slice(first);
        let end = at + second.len();
        numbers::same_length(a.len() as u64, a.len().max(end) as u64)?;
        sum = numbers::dot(sum, &a[at..end], second);
        at = end;
        Ok(())
    })?;
    numbers::same_length(n, at as u64)?;
    out.write_all(&sum.to_le_bytes()).map_err(broken)
}

pub fn shuffle(seed: u64, input: &mut dyn Source, out: &mut dyn Write) -> Result<(), Error> {
    let mut xs = Vec::new();
    each_block(input, |words, _| {
        xs.extend(words.iter().map(|word| i64::from_le_bytes(*word)));
        Ok(())
    })?;
    numbers::shuffle(&mut xs, seed);
    for block in xs.chunks(BLOCK / 8) {
        let block = bytes(block.iter().map(|x| x.to_le_bytes()));
        out.write_all(&block).map_err(broken)?;
    }
    Ok(())
}

/// Reads 64-bit words block by block and hands them to `work`, with the position
/// of the first.
fn each_block(
    input: &mut dyn Source,
    mut work: impl FnMut(&mut [[u8; 8]], u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let (mut split, mut first) = (Vec::new(), 0);
    loop {
        let mut block = input.next(BLOCK)?;
        if block.is_empty() {
            if split.is_empty() {
                return Ok(());
            }
            let left = split.len();
            let why = format!("the input ends with {left} bytes, expected a multiple of 8");
            return Err(Error::new(Code::Io, "", why));
        }
        if !split.is_empty() {
            // A word that two blocks share; rare, so it may cost a copy.
            split.append(&mut block);
            block = std::mem::take(&mut split);
        }
        let (words, rest) = block.as_chunks_mut::<8>();
        work(words, first)?;
        first += words.len() as u64;
        split = rest.to_vec();
    }
}

fn bytes(words: impl Iterator<Item = [u8; 8]>) -> Vec<u8> {
    words.collect::<Vec<_>>().into_flattened()
}
