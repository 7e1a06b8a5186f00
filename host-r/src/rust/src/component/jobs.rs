//! Work on other threads, which R waits for in steps, so that it can show
//! progress, be interrupted, and leave.
//!
//! What may block in the system (a file on a disk that hangs, a pipe that took
//! a file's place) runs on such a thread. If R leaves, the thread ends soon; if
//! it does not, it is left alone with all that it holds.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use extendr_api::prelude::*;

use super::failure::{Failure, Outcome};
use super::{engine, session};

/// How long R waits for threads that were told to stop.
const GRACE: Duration = Duration::from_millis(25);

/// A flag that ends calls; see [`Keeper`](super::instance::Keeper).
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Threads at work on one task.
#[derive(Clone)]
pub struct Job(Arc<Desk>);

struct Desk {
    stop: Stop,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    threads: Vec<JoinHandle<()>>,
    running: usize,
    done: usize,
    total: usize,
    is_past: bool,
    failure: Option<Failure>,
}

impl Job {
    /// A job with one thread at work. A failure of one thread stops all.
    pub fn start(work: impl FnOnce(&Job) -> Outcome<()> + Send + 'static) -> Outcome<Job> {
        let desk = Desk { stop: Stop::default(), state: Mutex::default(), changed: Condvar::new() };
        let job = Job(Arc::new(desk));
        job.hire(work)?;
        Ok(job)
    }

    /// Puts one more thread to work.
    pub fn hire(&self, work: impl FnOnce(&Job) -> Outcome<()> + Send + 'static) -> Outcome<()> {
        self.state().running += 1;
        let shift = Shift(self.clone());
        let thread = thread::Builder::new().name("fordway".to_owned()).spawn(move || {
            session::mask_signals();
            let _running = engine::running();
            if let Err(failure) = work(&shift.0) {
                shift.0.fail(failure);
            }
        });
        // Without the thread its shift is over already.
        let thread = thread
            .map_err(|error| Failure::new("io", format!("the system starts no thread: {error}")))?;
        self.state().threads.push(thread);
        Ok(())
    }

    /// What ends the calls of its instances.
    pub fn stop(&self) -> &Stop {
        &self.0.stop
    }

    /// Whether a thread is to go on.
    pub fn goes_on(&self) -> bool {
        !self.0.stop.is_set()
    }

    /// Says how much there is to do.
    pub fn expect(&self, total: usize) {
        self.state().total = total;
    }

    /// Says that so much more is done.
    pub fn advance(&self, items: usize) {
        self.state().done += items;
    }

    /// Says that what comes now is not taken back. False if it is too late
    /// for that: the job was stopped.
    pub fn pass(&self) -> bool {
        let mut state = self.state();
        state.is_past = self.goes_on();
        state.is_past
    }

    /// Waits for the end, but no longer than `patience`. Says how much is done
    /// of how much, and whether that is all.
    pub fn wait(&self, patience: Duration) -> (usize, usize, bool) {
        let (state, _) = self.until_over(patience);
        (state.done, state.total, state.running == 0)
    }

    /// What came of it, once all is done.
    pub fn finish(&self) -> Outcome<()> {
        let threads = std::mem::take(&mut self.state().threads);
        let panicked = threads.into_iter().filter_map(|thread| thread.join().err()).count() > 0;
        match self.state().failure.take() {
            Some(failure) => Err(failure),
            None if panicked => Err(Failure::new("trap", "a thread stopped at a fault")),
            None => Ok(()),
        }
    }

    /// Stops the threads, and waits a moment for them to go. One that does not
    /// is left alone.
    pub fn halt(&self) {
        {
            // Under the lock, so that `pass` is before it or after it.
            let _state = self.state();
            self.0.stop.set();
        }
        let (mut state, _) = self.until_over(GRACE);
        let threads = std::mem::take(&mut state.threads);
        let is_over = state.running == 0;
        drop(state);
        if is_over {
            // A panic is of no interest any more.
            threads.into_iter().for_each(|thread| drop(thread.join()));
        }
    }

    fn fail(&self, failure: Failure) {
        // The first one tells what happened; it makes the others stop.
        let mut state = self.state();
        if self.goes_on() {
            state.failure.get_or_insert(failure);
        }
        self.0.stop.set();
    }

    fn until_over(&self, patience: Duration) -> (MutexGuard<'_, State>, bool) {
        let (state, waited) = self
            .0
            .changed
            .wait_timeout_while(self.state(), patience, |state| state.running > 0)
            .unwrap_or_else(PoisonError::into_inner);
        (state, waited.timed_out())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does something on a thread of its own, while R waits for it in its own
/// thread and can leave.
pub fn apart(work: impl FnOnce() -> Outcome<()> + Send + 'static) -> Outcome<()> {
    let job = Job::start(|_| work())?;
    while !job.wait(Duration::from_millis(10)).2 {
        if !session::goes_on() {
            return Err(session::jump().unwrap_or_else(Failure::no_memory));
        }
    }
    job.finish()
}

/// A thread's time at work: over when it ends, even in a panic.
struct Shift(Job);

impl Drop for Shift {
    fn drop(&mut self) {
        self.0.state().running -= 1;
        self.0.0.changed.notify_all();
    }
}

#[extendr]
fn core_job_wait(job: ExternalPtr<Job>, seconds: f64) -> Doubles {
    let (done, total, is_over) = job.wait(Duration::from_secs_f64(seconds));
    Doubles::from_values([done as f64, total as f64, f64::from(u8::from(is_over))])
}

#[extendr]
fn core_job_halt(job: ExternalPtr<Job>) {
    job.halt();
}

extendr_module! {
    mod jobs;
    fn core_job_wait;
    fn core_job_halt;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_told_and_stops_all() {
        let job = Job::start(|job| {
            while job.goes_on() {
                thread::sleep(Duration::from_millis(1));
            }
            Err(Failure::new("stopped", ""))
        })
        .unwrap();
        job.hire(|_| Err(Failure::new("io", "first"))).unwrap();
        assert!(job.wait(Duration::from_secs(10)).2);
        assert!(format!("{:?}", job.finish()).contains("first"));
    }

    #[test]
    fn a_thread_that_does_not_end_is_left_alone() {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let job = Job::start(move |_| {
            let _ = receiver.recv();
            Ok(())
        })
        .unwrap();
        let start = std::time::Instant::now();
        job.halt();
        assert!(start.elapsed() < Duration::from_secs(1));
        assert!(!job.wait(Duration::ZERO).2);
        drop(sender);
        assert!(job.wait(Duration::from_secs(10)).2);
    }

    #[test]
    fn what_was_stopped_does_not_pass() {
        let job = Job::start(|job| {
            while job.goes_on() {
                thread::yield_now();
            }
            assert!(!job.pass());
            Ok(())
        })
        .unwrap();
        job.halt();
        assert!(job.finish().is_ok());
    }
}
