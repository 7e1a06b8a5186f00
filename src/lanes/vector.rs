//! What the kernels need of a vector.

use super::{Block, Blocks, States};

/// How many lanes a vector has.
pub const WIDTH: usize = 4;

/// Four words of 32 bits, one a lane; every operation works lane by lane.
///
/// Its methods, and the functions below, are inlined into the kernels in every
/// case, and call nothing that might not be, such as the combinators of arrays:
/// SIMD instructions outside a function that enables them are calls.
pub trait Vector: Copy {
    /// The same word in every lane.
    fn splat(word: u32) -> Self;
    /// One word a lane.
    fn from_words(words: [u32; WIDTH]) -> Self;
    /// The words of the lanes.
    fn words(self) -> [u32; WIDTH];
    /// Four big-endian words from each of four messages: the first vector
    /// holds the first word of every message, and so on.
    fn load(messages: [&[u8; 16]; WIDTH]) -> [Self; 4];
    /// The sum modulo 2^32.
    fn add(self, other: Self) -> Self;
    /// The bits that differ.
    fn xor(self, other: Self) -> Self;
    /// The bits set in both.
    fn and(self, other: Self) -> Self;
    /// The bits set in either.
    fn or(self, other: Self) -> Self;
    /// Moved towards the high end, zeros following.
    fn shift_left(self, bits: u32) -> Self;
    /// Moved towards the low end, zeros following.
    fn shift_right(self, bits: u32) -> Self;

    /// Turned towards the high end, by 1 to 31 bits.
    #[inline(always)]
    fn turn_left(self, bits: u32) -> Self {
        self.shift_left(bits).or(self.shift_right(32 - bits))
    }

    /// Turned towards the low end, by 1 to 31 bits.
    #[inline(always)]
    fn turn_right(self, bits: u32) -> Self {
        self.turn_left(32 - bits)
    }
}

/// The block at a place in each lane, as vectors of its words.
#[inline(always)]
pub fn load<V: Vector>(blocks: &Blocks, at: usize) -> [V; 16] {
    let [one, two, three, four] = *blocks;
    let (one, two) = (parts(&one[at]), parts(&two[at]));
    let (three, four) = (parts(&three[at]), parts(&four[at]));
    let [a, b, c, d] = V::load([&one[0], &two[0], &three[0], &four[0]]);
    let [e, f, g, h] = V::load([&one[1], &two[1], &three[1], &four[1]]);
    let [i, j, k, l] = V::load([&one[2], &two[2], &three[2], &four[2]]);
    let [m, n, o, p] = V::load([&one[3], &two[3], &three[3], &four[3]]);
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

#[inline(always)]
fn parts(block: &Block) -> &[[u8; 16]] {
    block.as_chunks().0
}

/// The first `WORDS` words of the states, as vectors.
#[inline(always)]
pub fn gather<V: Vector, const WORDS: usize>(states: &States) -> [V; WORDS] {
    let mut vectors = [V::splat(0); WORDS];
    let [a, b, c, d] = states;
    for (word, vector) in vectors.iter_mut().enumerate() {
        *vector = V::from_words([a[word], b[word], c[word], d[word]]);
    }
    vectors
}

/// What [`gather`] took, put back.
#[inline(always)]
pub fn scatter<V: Vector, const WORDS: usize>(vectors: [V; WORDS], states: &mut States) {
    for (word, vector) in vectors.into_iter().enumerate() {
        for (state, value) in states.iter_mut().zip(vector.words()) {
            state[word] = value;
        }
    }
}

/// Adds one row of vectors to another, place by place.
#[inline(always)]
pub fn accumulate<V: Vector, const WORDS: usize>(sums: &mut [V; WORDS], others: [V; WORDS]) {
    for (sum, other) in sums.iter_mut().zip(others) {
        *sum = sum.add(other);
    }
}

/// Calls the macro `$step` with each number: a loop that is straight code in
/// every build, whatever the compiler holds of unrolling.
macro_rules! each {
    ($step:ident: $($number:literal)*) => { $($step!($number);)* };
}
pub(super) use each;
