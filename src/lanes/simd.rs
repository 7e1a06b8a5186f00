//! The vector of WebAssembly SIMD, and the kernels over it.
//!
//! An engine without SIMD refuses the module as a whole: wherever this code
//! runs, the instructions are there.

use core::arch::wasm32::{
    i8x16_shuffle, i32x4_shuffle, u32x4, u32x4_add, u32x4_extract_lane, u32x4_shl, u32x4_shr,
    u32x4_splat, v128, v128_and, v128_load, v128_or, v128_xor,
};

use super::frame::{compress, compress_four};
use super::sha1::Sha1;
use super::sha256::Sha256;
use super::vector::{Vector, WIDTH};
use super::{Blocks, States};

/// SHA-1 by [`compress`]: `N` vectors of four lanes.
#[target_feature(enable = "simd128")]
pub fn sha1<const N: usize>(states: &mut [States; N], blocks: &[Blocks; N]) {
    compress::<Sha1, v128, _, _, N>(states, blocks);
}

/// SHA-1 by [`compress_four`]: four lanes.
#[target_feature(enable = "simd128")]
pub fn sha1_four(states: &mut States, blocks: &Blocks) {
    compress_four::<Sha1, v128, _, _>(states, blocks);
}

/// SHA-256 by [`compress`]: `N` vectors of four lanes.
#[target_feature(enable = "simd128")]
pub fn sha256<const N: usize>(states: &mut [States; N], blocks: &[Blocks; N]) {
    compress::<Sha256, v128, _, _, N>(states, blocks);
}

/// SHA-256 by [`compress_four`]: four lanes.
#[target_feature(enable = "simd128")]
pub fn sha256_four(states: &mut States, blocks: &Blocks) {
    compress_four::<Sha256, v128, _, _>(states, blocks);
}

impl Vector for v128 {
    #[inline(always)]
    fn splat(word: u32) -> Self {
        u32x4_splat(word)
    }

    #[inline(always)]
    fn from_words([a, b, c, d]: [u32; WIDTH]) -> Self {
        u32x4(a, b, c, d)
    }

    #[inline(always)]
    fn words(self) -> [u32; WIDTH] {
        [
            u32x4_extract_lane::<0>(self),
            u32x4_extract_lane::<1>(self),
            u32x4_extract_lane::<2>(self),
            u32x4_extract_lane::<3>(self),
        ]
    }

    #[inline(always)]
    fn load(messages: [&[u8; 16]; WIDTH]) -> [Self; 4] {
        let [a, b, c, d] = messages;
        let (a, b, c, d) = (big_endian(a), big_endian(b), big_endian(c), big_endian(d));
        let ab_low = i32x4_shuffle::<0, 4, 1, 5>(a, b);
        let ab_high = i32x4_shuffle::<2, 6, 3, 7>(a, b);
        let cd_low = i32x4_shuffle::<0, 4, 1, 5>(c, d);
        let cd_high = i32x4_shuffle::<2, 6, 3, 7>(c, d);
        [
            i32x4_shuffle::<0, 1, 4, 5>(ab_low, cd_low),
            i32x4_shuffle::<2, 3, 6, 7>(ab_low, cd_low),
            i32x4_shuffle::<0, 1, 4, 5>(ab_high, cd_high),
            i32x4_shuffle::<2, 3, 6, 7>(ab_high, cd_high),
        ]
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        u32x4_add(self, other)
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        v128_xor(self, other)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        v128_and(self, other)
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        v128_or(self, other)
    }

    #[inline(always)]
    fn shift_left(self, bits: u32) -> Self {
        u32x4_shl(self, bits)
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        u32x4_shr(self, bits)
    }
}

/// Four words of a message, their bytes put the other way round.
#[inline(always)]
fn big_endian(message: &[u8; 16]) -> v128 {
    // SAFETY: the reference is to 16 bytes that may be read, and the
    // instruction asks for no alignment.
    #[allow(unsafe_code)] // no safe function loads a vector
    let words = unsafe { v128_load(message.as_ptr().cast()) };
    i8x16_shuffle::<3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12>(words, words)
}
