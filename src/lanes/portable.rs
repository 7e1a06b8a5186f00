//! The portable vector, the truth that the SIMD one is measured by, and the
//! kernels over it.

use super::frame::{compress, compress_four};
use super::sha1::Sha1;
use super::sha256::Sha256;
use super::vector::{Vector, WIDTH};
use super::{Blocks, States};

/// SHA-1 by [`compress`]: `N` vectors of four lanes.
pub fn sha1<const N: usize>(states: &mut [States; N], blocks: &[Blocks; N]) {
    compress::<Sha1, [u32; WIDTH], _, _, N>(states, blocks);
}

/// SHA-1 by [`compress_four`]: four lanes.
pub fn sha1_four(states: &mut States, blocks: &Blocks) {
    compress_four::<Sha1, [u32; WIDTH], _, _>(states, blocks);
}

/// SHA-256 by [`compress`]: `N` vectors of four lanes.
pub fn sha256<const N: usize>(states: &mut [States; N], blocks: &[Blocks; N]) {
    compress::<Sha256, [u32; WIDTH], _, _, N>(states, blocks);
}

/// SHA-256 by [`compress_four`]: four lanes.
pub fn sha256_four(states: &mut States, blocks: &Blocks) {
    compress_four::<Sha256, [u32; WIDTH], _, _>(states, blocks);
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
