//! SHA-256 (FIPS 180-4, section 6.2) in the lanes of vectors.

use super::State;
use super::frame::Rounds;
use super::vector::{Vector, each};

/// The state before the first block (FIPS 180-4, section 5.3.3).
pub const START: State = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

const ROUNDS: usize = 64;

/// The constant of each round (FIPS 180-4, section 4.2.2).
const K: [u32; ROUNDS] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// SHA-256, as the kernels take it.
#[derive(Debug)]
pub struct Sha256;

impl<V: Vector> Rounds<V, 8, ROUNDS> for Sha256 {
    // After four rounds all eight words are new.
    const TURNS: usize = ROUNDS / 4;

    #[inline(always)]
    fn word<const N: usize>(w: &[[V; N]; ROUNDS], t: usize, n: usize) -> V {
        scheduled(w[t - 2][n], w[t - 7][n], w[t - 15][n], w[t - 16][n])
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop)] // `n` is the vector, in every row
    fn rounds<const N: usize>(state: &mut [[V; 8]; N], w: &[[V; N]; ROUNDS], turns: usize) {
        let constants = K.as_chunks::<4>().0;
        for (words, constants) in w.as_chunks::<4>().0.iter().zip(constants).take(turns) {
            for n in 0..N {
                for (word, &k) in words.iter().zip(constants) {
                    state[n] = round(state[n], word[n].add(V::splat(k)));
                }
            }
        }
    }

    #[inline(always)]
    fn straight(mut state: [V; 8], mut w: [V; 16]) -> [V; 8] {
        macro_rules! step {
            ($t:literal) => {
                let [word, first, ninth, fourteenth] =
                    [$t, $t + 1, $t + 9, $t + 14].map(|t: usize| w[t % 16]);
                if $t >= 16 {
                    w[$t % 16] = scheduled(fourteenth, ninth, first, word);
                }
                state = round(state, w[$t % 16].add(V::splat(K[$t])));
            };
        }
        each!(step: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        each!(step: 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
        each!(step: 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47);
        each!(step: 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63);
        state
    }
}

/// One round; `word` is the schedule's word with the constant added.
#[inline(always)]
fn round<V: Vector>([a, b, c, d, e, f, g, h]: [V; 8], word: V) -> [V; 8] {
    let choice = g.xor(e.and(f.xor(g)));
    let majority = a.and(b).or(c.and(a.or(b)));
    let low = e.turn_right(6).xor(e.turn_right(11)).xor(e.turn_right(25));
    let high = a.turn_right(2).xor(a.turn_right(13)).xor(a.turn_right(22));
    let sum = h.add(word).add(choice).add(low);
    [sum.add(high.add(majority)), a, b, c, d.add(sum), e, f, g]
}

/// A word of the schedule from those 2, 7, 15 and 16 places before it.
#[inline(always)]
fn scheduled<V: Vector>(second: V, seventh: V, fifteenth: V, sixteenth: V) -> V {
    let near = second.turn_right(17).xor(second.turn_right(19)).xor(second.shift_right(10));
    let far = fifteenth.turn_right(7).xor(fifteenth.turn_right(18)).xor(fifteenth.shift_right(3));
    near.add(seventh).add(far.add(sixteenth))
}
