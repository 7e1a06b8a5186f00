//! What the kernels of every function share: from blocks to states.

use std::hint::black_box;

use super::vector::{Vector, accumulate, gather, load, scatter};
use super::{Blocks, States};

/// A hash function of `WORDS` words of state, whose blocks take `ROUNDS` rounds
/// over a schedule of as many words.
///
/// All of it is inlined, for the reason that [`Vector`] gives.
pub trait Rounds<V: Vector, const WORDS: usize, const ROUNDS: usize> {
    /// How many turns the rounds take: after each, the words of the state are
    /// back in their places.
    const TURNS: usize;

    /// The word of the schedule at `t`, 16 or more, of vector `n`.
    fn word<const N: usize>(w: &[[V; N]; ROUNDS], t: usize, n: usize) -> V;

    /// All rounds over a schedule, `turns` turns of a loop; each advances all
    /// vectors.
    fn rounds<const N: usize>(state: &mut [[V; WORDS]; N], w: &[[V; N]; ROUNDS], turns: usize);

    /// All rounds of one vector as straight code, from the 16 words of a block.
    fn straight(state: [V; WORDS], w: [V; 16]) -> [V; WORDS];
}

/// Takes in the blocks of `N` vectors' lanes; every lane has as many.
///
/// The work is cut into short loops, and each turn advances all vectors:
/// first the message schedule, then the rounds. Compilers of WebAssembly put an
/// operation next to its use, which makes of straight code one vector's chain
/// after the other's; the end of a turn makes the chains meet, near enough to
/// each other for the processor to overlap them.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // `n` is the vector, in every row
pub fn compress<R, V, const WORDS: usize, const ROUNDS: usize, const N: usize>(
    states: &mut [States; N],
    blocks: &[Blocks; N],
) where
    R: Rounds<V, WORDS, ROUNDS>,
    V: Vector,
{
    let mut state = [[V::splat(0); WORDS]; N];
    for n in 0..N {
        state[n] = gather(&states[n]);
    }
    let mut w = [[V::splat(0); N]; ROUNDS];
    // The compiler is not to know the number, or it makes straight code.
    let turns = black_box(R::TURNS);
    for at in 0..blocks[0][0].len() {
        for n in 0..N {
            let words = load(&blocks[n], at);
            for (row, word) in w.iter_mut().zip(words) {
                row[n] = word;
            }
        }
        for t in 16..ROUNDS {
            for n in 0..N {
                w[t][n] = R::word(&w, t, n);
            }
        }
        let mut next = state;
        R::rounds(&mut next, &w, turns);
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
pub fn compress_four<R, V, const WORDS: usize, const ROUNDS: usize>(
    states: &mut States,
    blocks: &Blocks,
) where
    R: Rounds<V, WORDS, ROUNDS>,
    V: Vector,
{
    let mut state = gather::<V, WORDS>(states);
    for at in 0..blocks[0].len() {
        let next = R::straight(state, load(blocks, at));
        accumulate(&mut state, next);
    }
    scatter(state, states);
}
