//! SHA-1 (FIPS 180-4, section 6.1) in the lanes of vectors.

use super::State;
use super::frame::Rounds;
use super::vector::{Vector, each};

/// The state before the first block (FIPS 180-4, section 5.3.1).
pub const START: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0, 0, 0, 0];

/// The constant of each quarter of the rounds (FIPS 180-4, section 4.2.1).
const K: [u32; 4] = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];

const ROUNDS: usize = 80;

/// SHA-1, as the kernels take it.
#[derive(Debug)]
pub struct Sha1;

impl<V: Vector> Rounds<V, 5, ROUNDS> for Sha1 {
    // Of each quarter.
    const TURNS: usize = 4;

    #[inline(always)]
    fn word<const N: usize>(w: &[[V; N]; ROUNDS], t: usize, n: usize) -> V {
        scheduled(w[t - 3][n], w[t - 8][n], w[t - 14][n], w[t - 16][n])
    }

    #[inline(always)]
    fn rounds<const N: usize>(state: &mut [[V; 5]; N], w: &[[V; N]; ROUNDS], turns: usize) {
        quarter(state, &w[..20], turns, K[0], choose);
        quarter(state, &w[20..40], turns, K[1], parity);
        quarter(state, &w[40..60], turns, K[2], majority);
        quarter(state, &w[60..], turns, K[3], parity);
    }

    #[inline(always)]
    fn straight(mut state: [V; 5], mut w: [V; 16]) -> [V; 5] {
        macro_rules! step {
            ($t:literal) => {
                let [word, second, eighth, third] =
                    [$t, $t + 2, $t + 8, $t + 13].map(|t: usize| w[t % 16]);
                if $t >= 16 {
                    w[$t % 16] = scheduled(third, eighth, second, word);
                }
                let word = w[$t % 16].add(V::splat(K[$t / 20]));
                state = match $t / 20 {
                    0 => round(state, word, choose),
                    2 => round(state, word, majority),
                    _ => round(state, word, parity),
                };
            };
        }
        each!(step: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);
        each!(step: 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39);
        each!(step: 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59);
        each!(step: 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79);
        state
    }
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
