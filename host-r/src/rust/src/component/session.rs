//! What R is asked for, without a jump over Rust's frames.
//!
//! R leaves a function by a jump where it is interrupted, out of time or out of
//! memory. `entrypoint.c` catches each jump in C and gives it a number; Rust
//! returns in order, and R's side of the package lets the jump go on.

use std::cell::Cell;
use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::{Duration, Instant};

use extendr_api::prelude::*;
use extendr_api::{AsTypedSlice, SEXP};

use super::failure::{Failure, Outcome};

/// How often a loop of ours asks R.
const STEP: Duration = Duration::from_millis(10);

/// What `entrypoint.c` does for Rust. Each gives 0, or a jump's number.
#[repr(C)]
pub struct Shim {
    /// Lets R act on an interrupt or a limit of time.
    check: unsafe extern "C" fn() -> c_int,
    /// A vector of a type and length, not filled in.
    vector: unsafe extern "C" fn(c_int, f64, *mut SEXP) -> c_int,
    /// Puts strings in UTF-8 into a character vector; a null pointer is NA.
    strings: unsafe extern "C" fn(SEXP, f64, c_int, *const *const c_char, *const c_int) -> c_int,
    /// How a string is marked: 1 is UTF-8, 0 is not at all. No jump.
    mark: unsafe extern "C" fn(SEXP, f64) -> c_int,
    /// Keeps signals from the calling thread.
    mask: unsafe extern "C" fn(),
}

static SHIM: AtomicPtr<Shim> = AtomicPtr::new(ptr::null_mut());

thread_local! {
    static IS_R: Cell<bool> = const { Cell::new(false) };
    static JUMP: Cell<c_int> = const { Cell::new(0) };
}

/// Called once, when R loads the library.
#[unsafe(no_mangle)]
extern "C" fn fordway_attach(shim: *mut Shim) {
    SHIM.store(shim, Ordering::Release);
    IS_R.set(true);
}

/// Called in the child of a fork.
#[unsafe(no_mangle)]
extern "C" fn fordway_forked() {
    super::engine::forked();
}

fn shim() -> Option<&'static Shim> {
    // Safety: null, or the static structure in entrypoint.c.
    unsafe { SHIM.load(Ordering::Acquire).as_ref() }
}

/// Keeps signals from this thread: those for the process are R's, and a file
/// that grows past its limit (SIGXFSZ) is then an error of the write, where it
/// would end R.
pub fn mask_signals() {
    if let Some(shim) = shim() {
        // Safety: it changes the mask of this thread only.
        unsafe { (shim.mask)() }
    }
}

/// Whether R lets a call in its own thread go on. If not, the jump that R wants
/// to make is kept for [`jump`].
pub fn goes_on() -> bool {
    if !IS_R.get() || JUMP.get() != 0 {
        return JUMP.get() == 0;
    }
    // Safety: this is R's thread.
    let jump = shim().map_or(0, |shim| unsafe { (shim.check)() });
    JUMP.set(jump);
    jump == 0
}

/// The jump that R wants to make, as a failure.
pub fn jump() -> Option<Failure> {
    let jump = JUMP.take();
    (jump != 0).then(|| Failure::jump(jump))
}

/// For loops of ours: asks R now and then.
pub struct Steps(Instant);

impl Steps {
    pub fn new() -> Steps {
        Steps(Instant::now())
    }

    pub fn step(&mut self) -> Outcome<()> {
        if self.0.elapsed() >= STEP {
            self.0 = Instant::now();
            if !goes_on() {
                return jump().map_or(Ok(()), Err);
            }
        }
        Ok(())
    }
}

fn landed(jump: c_int) -> Outcome<()> {
    if jump == 0 { Ok(()) } else { Err(Failure::jump(jump)) }
}

/// A vector that is to be filled in.
fn vector(kind: c_int, len: usize) -> Outcome<Robj> {
    let missing = || Failure::new("io", "there is no R session");
    let shim = shim().ok_or_else(missing)?;
    let mut made = ptr::null_mut();
    // Safety: this is R's thread; nothing collects garbage before the vector
    // is protected.
    unsafe {
        landed((shim.vector)(kind, len as f64, &mut made))?;
        Ok(Robj::from_sexp(made))
    }
}

// R's numbers for its types.
const LOGICAL: c_int = 10;
const DOUBLE: c_int = 14;
const STRING: c_int = 16;
const RAW: c_int = 24;

/// A vector of doubles and what is to be filled in.
pub fn doubles(len: usize, fill: impl FnOnce(&mut [f64]) -> Outcome<()>) -> Outcome<Robj> {
    let mut made = vector(DOUBLE, len)?;
    fill(made.as_real_slice_mut().unwrap_or_default())?;
    Ok(made)
}

/// A logical vector and what is to be filled in.
pub fn logicals(len: usize, fill: impl FnOnce(&mut [Rbool]) -> Outcome<()>) -> Outcome<Robj> {
    let mut made = vector(LOGICAL, len)?;
    fill(made.as_typed_slice_mut().unwrap_or_default())?;
    Ok(made)
}

/// A character vector of empty strings.
pub fn strings(len: usize) -> Outcome<Robj> {
    vector(STRING, len)
}

/// A raw vector that is to be filled in.
pub fn raw(len: usize) -> Outcome<Robj> {
    vector(RAW, len)
}

/// Whether an element is in UTF-8, by R's mark; `native` is for one without.
pub fn is_utf8(strings: &Strings, at: usize, native: bool) -> bool {
    // Safety: R's thread, and an element that is there.
    let mark = shim().map_or(1, |shim| unsafe { (shim.mark)(strings.get(), at as f64) });
    mark == 1 || (mark == 0 && native)
}

/// Puts texts into a character vector, from a position on; None is NA.
pub fn put<'a>(
    strings: &mut Robj,
    start: usize,
    texts: impl Iterator<Item = Option<&'a [u8]>>,
) -> Outcome<()> {
    /// How many go to R at once.
    const BATCH: usize = 256;
    let Some(shim) = shim() else { return Ok(()) };
    let (mut pointers, mut lengths) = ([ptr::null(); BATCH], [0; BATCH]);
    let (mut at, mut count) = (start, 0);
    let mut texts = texts.peekable();
    while let Some(text) = texts.next() {
        let text = text.map(|text| {
            c_int::try_from(text.len())
                .map(|len| (text.as_ptr().cast(), len))
                .map_err(|_| Failure::new("too_large", "a text is longer than R's strings"))
        });
        (pointers[count], lengths[count]) = text.transpose()?.unwrap_or((ptr::null(), 0));
        count += 1;
        if count == BATCH || texts.peek().is_none() {
            if at + count > strings.len() {
                return Err(Failure::new("io", "there are more texts than places"));
            }
            // Safety: R's thread, a character vector with room, and texts that
            // outlive the call.
            let jump = unsafe {
                let vector = strings.get();
                (shim.strings)(
                    vector,
                    at as f64,
                    count as c_int,
                    pointers.as_ptr(),
                    lengths.as_ptr(),
                )
            };
            landed(jump)?;
            (at, count) = (at + count, 0);
        }
    }
    Ok(())
}
