//! The same core behind C symbols, as write-ups on shared libraries do it:
//! pointers and lengths in, pointers and lengths out, and a function to free
//! what came out. Benchmarks call it through ctypes to see what the component
//! costs; nobody should call it for any other reason.
//!
//! A function that can fail returns 0 or, if it failed, 1; `free` takes back
//! what another one stored through `out` and `out_length`.

// The old way at work: every pointer is taken on trust.
#![allow(clippy::missing_safety_doc)]

use std::slice;

use fordway::error::Error;
use fordway::{files, numbers, tour};

/// Nothing in, nothing out.
#[unsafe(no_mangle)]
pub extern "C" fn fordway_noop() {}

/// Adds two integers and stores the sum.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fordway_add(a: i64, b: i64, sum: *mut i64) -> i32 {
    status(tour::add(a, b).map(|result| unsafe { *sum = result }))
}

/// Repeats a text of UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fordway_repeat(
    text: *const u8,
    length: usize,
    times: u32,
    out: *mut *mut u8,
    out_length: *mut usize,
) -> i32 {
    let bytes = unsafe { slice::from_raw_parts(text, length) };
    let Ok(text) = str::from_utf8(bytes) else {
        return 1;
    };
    let result = tour::repeat(text, times).map(String::into_bytes);
    status(result.map(|bytes| unsafe { give(bytes, out, out_length) }))
}

/// Squares `length` numbers, into as many at `out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fordway_squares(xs: *const f64, length: usize, out: *mut f64) {
    let xs = unsafe { slice::from_raw_parts(xs, length) };
    let out = unsafe { slice::from_raw_parts_mut(out, length) };
    out.copy_from_slice(xs);
    numbers::square(out);
}

/// Reads a file of any size, whose path is UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fordway_read(
    path: *const u8,
    length: usize,
    out: *mut *mut u8,
    out_length: *mut usize,
) -> i32 {
    let path = unsafe { slice::from_raw_parts(path, length) };
    let Ok(path) = str::from_utf8(path) else {
        return 1;
    };
    status(read(path).map(|data| unsafe { give(data, out, out_length) }))
}

/// Writes a file, all or nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fordway_write(
    data: *const u8,
    size: usize,
    path: *const u8,
    length: usize,
) -> i32 {
    let data = unsafe { slice::from_raw_parts(data, size) };
    let path = unsafe { slice::from_raw_parts(path, length) };
    let Ok(path) = str::from_utf8(path) else {
        return 1;
    };
    status(files::write(data, path))
}

/// Frees what a function stored through `out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fordway_free(data: *mut u8, length: usize) {
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(data, length)) });
}

/// As `files::read`, without its limit.
fn read(path: &str) -> Result<Vec<u8>, Error> {
    let mut file = files::open(path)?;
    let mut data = Vec::with_capacity(file.stat().size as usize);
    loop {
        let block = file.read()?;
        if block.is_empty() {
            return Ok(data);
        }
        data.extend_from_slice(&block);
    }
}

unsafe fn give(data: Vec<u8>, out: *mut *mut u8, out_length: *mut usize) {
    let data = Box::leak(data.into_boxed_slice());
    unsafe {
        *out_length = data.len();
        *out = data.as_mut_ptr();
    }
}

fn status(result: Result<(), Error>) -> i32 {
    i32::from(result.is_err())
}
