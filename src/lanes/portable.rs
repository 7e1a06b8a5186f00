//! The portable vector, the truth that the SIMD one is measured by, and the
//! kernels over it.

use super::vector::{Vector, WIDTH};
use super::{Blocks, States, sha1 as one, sha256 as two};

/// [`sha1::compress`](one::compress): `N` vectors of four lanes.
pub fn sha1<const N: usize>(states: &mut [States; N], blocks: &[Blocks; N]) {
    one::compress::<[u32; WIDTH], N>(states, blocks);
}

/// [`sha1::compress_four`](one::compress_four): four lanes.
pub fn sha1_four(states: &mut States, blocks: &Blocks) {
    one::compress_four::<[u32; WIDTH]>(states, blocks);
}

/// [`sha256::compress`](two::compress): `N` vectors of four lanes.
pub fn sha256<const N: usize>(states: &mut [States; N], blocks: &[Blocks; N]) {
    two::compress::<[u32; WIDTH], N>(states, blocks);
}

/// [`sha256::compress_four`](two::compress_four): four lanes.
pub fn sha256_four(states: &mut States, blocks: &Blocks) {
    two::compress_four::<[u32; WIDTH]>(states, blocks);
}

impl Vector for [u32; WIDTH] {
    #[inline(always)]
    fn splat(word: u32) -> Self {
        [word; WIDTH]
    }

    #[inline(always)]
    fn from_words(words: [u32; WIDTH]) -> Self {
        words
    }

    #[inline(always)]
    fn words(self) -> [u32; WIDTH] {
        self
    }

    #[inline(always)]
    fn load(messages: [&[u8; 16]; WIDTH]) -> [Self; 4] {
        let messages = messages.map(|message| message.as_chunks().0);
        [0, 1, 2, 3].map(|word| messages.map(|words| u32::from_be_bytes(words[word])))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane].wrapping_add(other[lane]))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] ^ other[lane])
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] & other[lane])
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] | other[lane])
    }

    #[inline(always)]
    fn shift_left(self, bits: u32) -> Self {
        self.map(|word| word << bits)
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        self.map(|word| word >> bits)
    }
}
