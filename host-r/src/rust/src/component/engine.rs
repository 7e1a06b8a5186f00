//! The one engine, and the clock by which calls are stopped.
//!
//! All instances share the engine. While a call runs, a thread ticks; at each
//! tick every store asks whether its own call is to go on, and no other ends.

use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use wasmtime::{Config, Engine};

use super::session;

/// How long a call may run on before it is asked.
const TICK: Duration = Duration::from_millis(10);

/// After how many ticks without a call the clock sleeps. To wake it costs more
/// than a short call, so calls in a row find it awake.
const PATIENCE: u32 = 40;

/// The addresses that a memory takes where they are scarce, in bytes. Elsewhere
/// it takes 4 GiB of them, which costs no memory and spares bounds checks.
const SMALL_RESERVATION: u64 = 16 << 20;

static ENGINE: LazyLock<Result<Engine, String>> =
    LazyLock::new(|| make().map_err(|error| format!("{error:#}")));

fn make() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    if is_address_space_limited() {
        config
            .memory_reservation(SMALL_RESERVATION)
            .memory_reservation_for_growth(SMALL_RESERVATION)
            .memory_guard_size(0);
    }
    Engine::new(&config)
}

/// Whether a process may not take as many addresses as it likes (`ulimit -v`).
fn is_address_space_limited() -> bool {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max address space"));
    limit.is_some_and(|limit| !limit.trim_start().starts_with("unlimited"))
}

/// The engine, made at the first call.
pub fn engine() -> wasmtime::Result<&'static Engine> {
    ENGINE.as_ref().map_err(|error| wasmtime::Error::msg(error.clone()))
}

/// The clock of this process; none before the first call.
static CLOCK: AtomicPtr<Clock> = AtomicPtr::new(ptr::null_mut());

/// Ticks while calls run, and sleeps while none does.
struct Clock {
    running: AtomicUsize,
    awake: AtomicBool,
    sleep: Mutex<()>,
    woken: Condvar,
}

/// A call under way.
pub struct Running(&'static Clock);

/// Says that a call begins; it ends when the value goes.
pub fn running() -> Running {
    let clock = Clock::get();
    clock.running.fetch_add(1, Ordering::SeqCst);
    // One of the two sees the other: the clock says that it sleeps, then
    // looks for calls.
    if !clock.awake.load(Ordering::SeqCst) {
        clock.wake();
    }
    Running(clock)
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Clock {
    fn get() -> &'static Clock {
        let clock = CLOCK.load(Ordering::Acquire);
        // Safety: what is stored there was leaked and is never freed.
        unsafe { clock.as_ref() }.unwrap_or_else(Clock::start)
    }

    /// A clock for this process. It is small, and never freed.
    fn start() -> &'static Clock {
        let clock: &'static Clock = Box::leak(Box::new(Clock {
            running: AtomicUsize::new(0),
            awake: AtomicBool::new(true),
            sleep: Mutex::new(()),
            woken: Condvar::new(),
        }));
        let fresh = ptr::from_ref(clock).cast_mut();
        let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
        match CLOCK.compare_exchange(ptr::null_mut(), fresh, success, failure) {
            Ok(_) => {
                let thread = thread::Builder::new().name("fordway-clock".to_owned());
                // Where the system starts no thread, calls run to their end.
                let _ = thread.spawn(|| clock.tick());
                clock
            }
            // Safety: as above.
            Err(other) => unsafe { &*other },
        }
    }

    fn tick(&self) {
        session::mask_signals();
        let Ok(engine) = engine() else { return };
        let mut idle = 0;
        loop {
            thread::sleep(TICK);
            engine.increment_epoch();
            idle = if self.running.load(Ordering::SeqCst) > 0 { 0 } else { idle + 1 };
            if idle > PATIENCE {
                self.doze();
                idle = 0;
            }
        }
    }

    fn doze(&self) {
        let guard = self.sleep.lock().unwrap_or_else(PoisonError::into_inner);
        self.awake.store(false, Ordering::SeqCst);
        if self.running.load(Ordering::SeqCst) > 0 {
            self.awake.store(true, Ordering::SeqCst);
            return;
        }
        let asleep = |_: &mut ()| !self.awake.load(Ordering::SeqCst);
        drop(self.woken.wait_while(guard, asleep));
    }

    fn wake(&self) {
        let _guard = self.sleep.lock().unwrap_or_else(PoisonError::into_inner);
        self.awake.store(true, Ordering::SeqCst);
        self.woken.notify_one();
    }
}

/// A forked child has none of its parent's threads: it starts a clock anew.
pub extern "C" fn forked() {
    CLOCK.store(ptr::null_mut(), Ordering::Release);
}
