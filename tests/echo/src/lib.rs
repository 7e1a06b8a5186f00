//! Gives back every kind of value. See `wit/echo.wit`.
#![cfg(target_family = "wasm")]

use std::cell::Cell;

wit_bindgen::generate!({ path: "wit", world: "echo" });
export!(Echo);

use exports::fordway::echo::values::*;

struct Echo;

thread_local!(static LIVE: Cell<u32> = const { Cell::new(0) });

pub struct Count(Cell<u32>);

impl Count {
    fn at(start: u32) -> Count {
        LIVE.set(LIVE.get() + 1);
        Count(Cell::new(start))
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        LIVE.set(LIVE.get() - 1);
    }
}

impl GuestCounter for Count {
    fn new(start: u32) -> Self {
        Count::at(start)
    }

    fn next(&self) -> u32 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }

    fn live() -> u32 {
        LIVE.get()
    }
}

impl Guest for Echo {
    type Counter = Count;

    fn a_bool(x: bool) -> bool {
        x
    }

    fn a_s8(x: i8) -> i8 {
        x
    }

    fn a_u8(x: u8) -> u8 {
        x
    }

    fn a_s16(x: i16) -> i16 {
        x
    }

    fn a_u16(x: u16) -> u16 {
        x
    }

    fn a_s32(x: i32) -> i32 {
        x
    }

    fn a_u32(x: u32) -> u32 {
        x
    }

    fn a_s64(x: i64) -> i64 {
        x
    }

    fn a_u64(x: u64) -> u64 {
        x
    }

    fn a_f32(x: f32) -> f32 {
        x
    }

    fn a_f64(x: f64) -> f64 {
        x
    }

    fn a_char(x: char) -> char {
        x
    }

    fn a_string(x: String) -> String {
        x
    }

    fn list_bool(x: Vec<bool>) -> Vec<bool> {
        x
    }

    fn list_s8(x: Vec<i8>) -> Vec<i8> {
        x
    }

    fn list_u8(x: Vec<u8>) -> Vec<u8> {
        x
    }

    fn list_s16(x: Vec<i16>) -> Vec<i16> {
        x
    }

    fn list_u16(x: Vec<u16>) -> Vec<u16> {
        x
    }

    fn list_s32(x: Vec<i32>) -> Vec<i32> {
        x
    }

    fn list_u32(x: Vec<u32>) -> Vec<u32> {
        x
    }

    fn list_s64(x: Vec<i64>) -> Vec<i64> {
        x
    }

    fn list_u64(x: Vec<u64>) -> Vec<u64> {
        x
    }

    fn list_f32(x: Vec<f32>) -> Vec<f32> {
        x
    }

    fn list_f64(x: Vec<f64>) -> Vec<f64> {
        x
    }

    fn list_char(x: Vec<char>) -> Vec<char> {
        x
    }

    fn list_string(x: Vec<String>) -> Vec<String> {
        x
    }

    fn a_coin(x: Coin) -> Coin {
        x
    }

    fn a_colour(x: Colour) -> Colour {
        x
    }

    fn a_shape(x: Shape) -> Shape {
        x
    }

    fn a_leaf(x: Leaf) -> Leaf {
        x
    }

    fn a_tree(x: Tree) -> Tree {
        x
    }

    fn a_pair(x: (bool, String)) -> (bool, String) {
        x
    }

    fn a_maybe(x: Option<String>) -> Option<String> {
        x
    }

    fn a_perhaps(x: Option<Option<u8>>) -> Option<Option<u8>> {
        x
    }

    fn a_shapes(x: Vec<Shape>) -> Vec<Shape> {
        x
    }

    fn a_leaves(x: Vec<Leaf>) -> Vec<Leaf> {
        x
    }

    fn a_table(x: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        x
    }

    fn a_words(x: Vec<Vec<String>>) -> Vec<Vec<String>> {
        x
    }

    fn a_maybes(x: Vec<Option<u8>>) -> Vec<Option<u8>> {
        x
    }

    fn a_outcomes(x: Vec<Result<u8, String>>) -> Vec<Result<u8, String>> {
        x
    }

    fn a_colours(x: Vec<Colour>) -> Vec<Colour> {
        x
    }

    fn a_pairs(x: Vec<(u8, String)>) -> Vec<(u8, String)> {
        x
    }

    fn both(fail: bool) -> Result<u8, String> {
        if fail { Err("failed".to_owned()) } else { Ok(7) }
    }

    fn ok_only(fail: bool) -> Result<u8, ()> {
        if fail { Err(()) } else { Ok(7) }
    }

    fn err_only(fail: bool) -> Result<(), Coin> {
        if fail { Err(Coin::Tails) } else { Ok(()) }
    }

    fn neither(fail: bool) -> Result<(), ()> {
        if fail { Err(()) } else { Ok(()) }
    }

    fn alike(fail: bool) -> Result<String, String> {
        if fail { Err("failed".to_owned()) } else { Ok("worked".to_owned()) }
    }

    fn nested(fail: bool) -> Result<Option<Leaf>, Shape> {
        if fail {
            Err(Shape::Rectangle((3, 4)))
        } else {
            Ok(Some(Leaf { name: "oak".to_owned(), size: Some(u64::MAX) }))
        }
    }

    fn give(start: u32) -> Counter {
        Counter::new(Count::at(start))
    }

    fn peek(x: CounterBorrow<'_>) -> u32 {
        x.get::<Count>().0.get()
    }

    fn take(x: Counter) -> u32 {
        x.into_inner::<Count>().0.get()
    }

    fn panic() {
        panic!("on purpose")
    }
}
