//! SHA-1 and SHA-256 over many files side by side.
//!
//! The digest of a file is one long chain: each step waits for the one before
//! it, while the processor could do several at once. Files do not wait for
//! each other. So a vector holds the same word of four files, one a lane, and
//! up to four vectors advance together.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`vector`] | what the kernels need of a vector of four words |
//! | [`portable`] | a vector in plain Rust, and the kernels over it |
//! | `simd` | a vector of WebAssembly SIMD, and the kernels over it |
//! | [`frame`] | what the kernels share, written once over any vector |
//! | [`sha1`], [`sha256`] | the rounds of each function |
//! | [`function`] | the choice of a kernel by how many files there are |
//! | [`slot`] | a file on its way through a lane |
//! | [`patience`] | what to do where too many files are open |
//! | [`schedule`] | many files led through a few slots |

pub mod frame;
pub mod function;
pub mod patience;
pub mod portable;
pub mod schedule;
pub mod sha1;
pub mod sha256;
#[cfg(target_arch = "wasm32")]
mod simd;
pub mod slot;
pub mod vector;

#[cfg(not(target_arch = "wasm32"))]
use portable as kernels;
#[cfg(target_arch = "wasm32")]
use simd as kernels;

/// A block of a message, the unit in which both functions advance.
pub type Block = [u8; 64];

/// The state between two blocks: eight words for SHA-256; for SHA-1 five, and
/// three that stay as they are.
pub type State = [u32; 8];

/// The states of one vector's lanes.
pub type States = [State; vector::WIDTH];

/// The blocks of one vector's lanes, as many in each.
pub type Blocks<'a> = [&'a [Block]; vector::WIDTH];
