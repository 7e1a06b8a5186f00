//! Work on other threads, which R waits for in steps, so that it can show
//! progress and be interrupted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::instance;

/// Threads at work on parts of one task. Dropped, it stops them and waits
/// until they have gone.
pub struct Job<T> {
    desk: Arc<Desk<T>>,
    threads: Vec<JoinHandle<()>>,
}

/// Where the threads of a job hand in their parts.
pub struct Desk<T> {
    stop: Arc<AtomicBool>,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    running: usize,
    done: usize,
    parts: Vec<T>,
    failure: Option<Failure>,
}

impl<T: Send + 'static> Job<T> {
    /// Starts one thread for each worker. The first failure stops all.
    pub fn start<W>(workers: Vec<W>, stop: Arc<AtomicBool>) -> Outcome<Job<T>>
    where
        W: FnOnce(&Desk<T>) -> Outcome<()> + Send + 'static,
    {
        let state = State { running: workers.len(), done: 0, parts: Vec::new(), failure: None };
        let desk = Arc::new(Desk { stop, state: Mutex::new(state), changed: Condvar::new() });
        let mut job = Job { desk, threads: Vec::new() };
        for work in workers {
            let shift = Shift(Arc::clone(&job.desk));
            let thread = thread::Builder::new().name("fordway".to_owned()).spawn(move || {
                if let Err(failure) = work(&shift.0) {
                    shift.0.fail(failure);
                }
            });
            // Without the thread its shift is over; the job stops as it drops.
            let why = "the system starts no thread";
            job.threads
                .push(thread.map_err(|error| Failure::new("io", format!("{why}: {error}")))?);
        }
        Ok(job)
    }

    /// Waits for the end, but no longer than `patience`. Says how much is done
    /// and whether that is all.
    pub fn wait(&self, patience: Duration) -> (usize, bool) {
        let state = self.desk.state();
        let (state, _) = self
            .desk
            .changed
            .wait_timeout_while(state, patience, |state| state.running > 0)
            .unwrap_or_else(PoisonError::into_inner);
        (state.done, state.running == 0)
    }

    /// The parts, in no order.
    pub fn finish(&mut self) -> Outcome<Vec<T>> {
        let mut panicked = false;
        for thread in self.threads.drain(..) {
            panicked |= thread.join().is_err();
        }
        let mut state = self.desk.state();
        match state.failure.take() {
            Some(failure) => Err(failure),
            None if panicked => Err(Failure::new("trap", "a thread stopped at a fault")),
            None => Ok(std::mem::take(&mut state.parts)),
        }
    }
}

impl<T> Job<T> {
    /// Stops the threads and waits until they have gone.
    pub fn halt(&mut self) {
        if self.threads.is_empty() {
            return;
        }
        self.desk.stop();
        for thread in self.threads.drain(..) {
            // A panic is of no interest any more.
            let _ = thread.join();
        }
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.halt();
    }
}

impl<T> Desk<T> {
    /// Whether the thread is to go on.
    pub fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::SeqCst)
    }

    /// Hands in a part that settles so many items.
    pub fn hand_in(&self, part: T, items: usize) {
        let mut state = self.state();
        state.done += items;
        state.parts.push(part);
    }

    fn fail(&self, failure: Failure) {
        // The first one tells what happened; it makes the others stop.
        if self.goes_on() {
            self.state().failure.get_or_insert(failure);
        }
        self.stop();
    }

    fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        instance::nudge();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread's time at the desk: over when it ends, even in a panic.
struct Shift<T>(Arc<Desk<T>>);

impl<T> Drop for Shift<T> {
    fn drop(&mut self) {
        self.0.state().running -= 1;
        self.0.changed.notify_all();
    }
}
