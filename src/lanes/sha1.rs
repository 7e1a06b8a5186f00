//! SHA-1 (FIPS 180-4, section 6.1) in the lanes of vectors.

use std::hint::black_box;

use super::vector::{Vector, accumulate, each, gather, load, scatter};
use super::{Blocks, State, States};

/// The state before the first block (FIPS 180-4, section 5.3.1).
pub const START: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0, 0, 0, 0];

/// The constant of each quarter of the rounds (FIPS 180-4, section 4.2.1).
const K: [u32; 4] = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];

const ROUNDS: usize = 80;

/// Takes in the blocks of `N` vectors' lanes; every lane has as many.
///
/// The work is cut into short loops, and each turn advances all vectors:
/// first the message schedule, then five rounds a turn, after which the five
/// words are back in their places. Compilers of WebAssembly put an operation
/// next to its use, which makes of straight code one vector's chain after the
/// other's; the end of a turn makes the chains meet, near enough to each other
/// for the processor to overlap them.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // `n` is the vector, in every row
pub fn compress<V: Vector, const N: usize>(states: &mut [States; N], blocks: &[Blocks; N]) {
    let mut state = [[V::splat(0); 5]; N];
    for n in 0..N {
        state[n] = gather(&states[n]);
    }
    let mut w = [[V::splat(0); N]; ROUNDS];
    // The compiler is not to know the number, or it makes straight code.
    let turns = black_box(4);
    for at in 0..blocks[0][0].len() {
        for n in 0..N {
            let words = load(&blocks[n], at);
            for (row, word) in w.iter_mut().zip(words) {
                row[n] = word;
            }
        }
        for t in 16..ROUNDS {
            for n in 0..N {
                w[t][n] = scheduled(w[t - 3][n], w[t - 8][n], w[t - 14][n], w[t - 16][n]);
            }
        }
        let mut next = state;
        quarter(&mut next, &w[..20], turns, K[0], choose);
        quarter(&mut next, &w[20..40], turns, K[1], parity);
        quarter(&mut next, &w[40..60], turns, K[2], majority);
        quarter(&mut next, &w[60..], turns, K[3], parity);
        for n in 0..N {
            accumulate(&mut state[n], next[n]);
        }
    }
    for n in 0..N {
        scatter(state[n], &mut states[n]);
    }
}

/// Takes in the blocks of one vector's lanes; every lane has as many.
///
/// Straight code, the schedule woven into the rounds: with no second vector
/// to overlap, the schedule fills the gaps.
#[inline(always)]
pub fn compress_four<V: Vector>(states: &mut States, blocks: &Blocks) {
    let mut state = gather::<V, 5>(states);
    for at in 0..blocks[0].len() {
        let mut w = load::<V>(blocks, at);
        let mut next = state;
        macro_rules! step {
            ($t:literal) => {
                let [word, second, eighth, third] =
                    [$t, $t + 2, $t + 8, $t + 13].map(|t: usize| w[t % 16]);
                if $t >= 16 {
                    w[$t % 16] = scheduled(third, eighth, second, word);
                }
                let word = w[$t % 16].add(V::splat(K[$t / 20]));
                next = match $t / 20 {
                    0 => round(next, word, choose),
                    2 => round(next, word, majority),
                    _ => round(next, word, parity),
                };
            };
        }
        each!(step: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);
        each!(step: 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39);
        each!(step: 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59);
        each!(step: 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79);
        accumulate(&mut state, next);
    }
    scatter(state, states);
}

/// Twenty rounds, five a turn.
#[inline(always)]
fn quarter<V: Vector, const N: usize>(
    state: &mut [[V; 5]; N],
    w: &[[V; N]],
    turns: usize,
    k: u32,
    f: impl Fn(V, V, V) -> V,
) {
    let k = V::splat(k);
    for words in w.as_chunks::<5>().0.iter().take(turns) {
        for n in 0..N {
            for word in words {
                state[n] = round(state[n], word[n].add(k), &f);
            }
        }
    }
}

/// One round; `word` is the schedule's word with the constant added.
#[inline(always)]
fn round<V: Vector>([a, b, c, d, e]: [V; 5], word: V, f: impl Fn(V, V, V) -> V) -> [V; 5] {
    let sum = e.add(word).add(f(b, c, d)).add(a.turn_left(5));
    [sum, a, b.turn_left(30), c, d]
}

/// A word of the schedule from those 3, 8, 14 and 16 places before it.
#[inline(always)]
fn scheduled<V: Vector>(third: V, eighth: V, fourteenth: V, sixteenth: V) -> V {
    third.xor(eighth).xor(fourteenth.xor(sixteenth)).turn_left(1)
}

#[inline(always)]
fn choose<V: Vector>(b: V, c: V, d: V) -> V {
    d.xor(b.and(c.xor(d)))
}

#[inline(always)]
fn parity<V: Vector>(b: V, c: V, d: V) -> V {
    b.xor(c).xor(d)
}

#[inline(always)]
fn majority<V: Vector>(b: V, c: V, d: V) -> V {
    b.and(c).or(d.and(b.or(c)))
}
