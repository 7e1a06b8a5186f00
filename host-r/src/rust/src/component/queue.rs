//! What goes between a thread at work and R, a few pieces at a time.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::jobs::Job;

/// How many pieces wait at most.
const MAX_WAITING: usize = 8;

/// How long a thread waits before it looks whether its job goes on.
const STEP: Duration = Duration::from_millis(10);

/// A line of pieces with two ends. Neither end waits for one that has gone.
pub struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    pieces: VecDeque<T>,
    closed: bool,
}

/// What came of an attempt to take a piece.
pub enum Taken<T> {
    Piece(T),
    NotYet,
    /// There will be no more.
    Over,
}

/// What came of an attempt to put a piece in.
pub enum Put<T> {
    Done,
    NotYet(T),
    /// Nobody takes it any more.
    Over,
}

impl<T> Queue<T> {
    pub fn new() -> Self {
        let state = State { pieces: VecDeque::new(), closed: false };
        Queue { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Takes the next piece, waiting for it no longer than `patience`.
    pub fn take(&self, patience: Duration) -> Taken<T> {
        let wait = |state: &mut State<T>| state.pieces.is_empty() && !state.closed;
        let (mut state, _) = self
            .changed
            .wait_timeout_while(self.state(), patience, wait)
            .unwrap_or_else(PoisonError::into_inner);
        match state.pieces.pop_front() {
            Some(piece) => {
                self.changed.notify_all();
                Taken::Piece(piece)
            }
            None if state.closed => Taken::Over,
            None => Taken::NotYet,
        }
    }

    /// Puts a piece in, waiting for room no longer than `patience`.
    pub fn put(&self, piece: T, patience: Duration) -> Put<T> {
        let wait = |state: &mut State<T>| state.pieces.len() >= MAX_WAITING && !state.closed;
        let (mut state, _) = self
            .changed
            .wait_timeout_while(self.state(), patience, wait)
            .unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return Put::Over;
        }
        if state.pieces.len() >= MAX_WAITING {
            return Put::NotYet(piece);
        }
        state.pieces.push_back(piece);
        self.changed.notify_all();
        Put::Done
    }

    /// Puts a piece in; false once nobody takes it any more, or the job is over.
    pub fn hand_over(&self, mut piece: T, job: &Job) -> bool {
        while job.goes_on() {
            piece = match self.put(piece, STEP) {
                Put::Done => return true,
                Put::NotYet(piece) => piece,
                Put::Over => return false,
            };
        }
        false
    }

    /// Takes the next piece; none where there will be no more, or the job is
    /// over.
    pub fn receive(&self, job: &Job) -> Option<T> {
        while job.goes_on() {
            match self.take(STEP) {
                Taken::Piece(piece) => return Some(piece),
                Taken::NotYet => {}
                Taken::Over => return None,
            }
        }
        None
    }

    /// What was put in can still be taken; there will be no more.
    pub fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes a queue when it goes, even in a panic.
pub struct Closing<'a, T>(pub &'a Queue<T>);

impl<T> Drop for Closing<'_, T> {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_in_order_and_the_end_after_them() {
        let queue = Queue::new();
        for piece in 0..MAX_WAITING {
            assert!(matches!(queue.put(piece, Duration::ZERO), Put::Done));
        }
        assert!(matches!(queue.put(9, Duration::ZERO), Put::NotYet(9)));
        queue.close();
        assert!(matches!(queue.put(9, Duration::ZERO), Put::Over));
        for piece in 0..MAX_WAITING {
            assert!(matches!(queue.take(Duration::ZERO), Taken::Piece(taken) if taken == piece));
        }
        assert!(matches!(queue.take(Duration::ZERO), Taken::Over));
    }
}
