//! An instance of a component: what it may touch, and for how long it runs.

use tokio::runtime::{Builder, Runtime};
use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, Store, UpdateDeadline};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::engine;
use super::failure::{Failure, Outcome};
use super::jobs::Stop;
use super::session;

/// The most that an instance may print.
const MAX_PRINTED: usize = 1 << 16;

/// What is to be free beside what a call is known to take, in bytes: where an
/// allocation of Rust's own fails, the process ends, and R with it.
const SPARE: usize = 8 << 20;

/// What an instance may touch: nothing, or one directory, which it sees as `.`.
#[derive(Clone, Copy, Debug)]
pub enum Grant<'a> {
    Nothing,
    Read(&'a str),
    Write(&'a str),
}

/// Who decides whether a call goes on.
#[derive(Clone, Debug)]
pub enum Keeper {
    /// Nobody: calls are short.
    Nobody,
    /// R, in whose thread the calls are made.
    Session,
    /// The job that the thread is at work on.
    Job(Stop),
}

impl Keeper {
    fn lets_go_on(&self) -> bool {
        match self {
            Keeper::Nobody => true,
            Keeper::Session => session::goes_on(),
            Keeper::Job(stop) => !stop.is_set(),
        }
    }

    /// Why a call ended early: what stopped it tells.
    fn failure(&self, error: wasmtime::Error, state: &State) -> Failure {
        let stopped = match self {
            Keeper::Nobody => None,
            Keeper::Session => session::jump(),
            Keeper::Job(stop) => {
                stop.is_set().then(|| Failure::new("stopped", "the call was stopped"))
            }
        };
        match stopped {
            Some(stopped) => stopped,
            None if state.is_short => Failure::no_memory(),
            None => error.into(),
        }
    }
}

/// What the host keeps beside an instance.
pub struct State {
    context: WasiCtx,
    table: ResourceTable,
    /// How large a memory has grown, in bytes.
    memory: usize,
    /// Whether a memory could not grow.
    is_short: bool,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.context, table: &mut self.table }
    }
}

/// Notes how large the memory is; what R can hold is the limit.
impl ResourceLimiter for State {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let fits = maximum.is_none_or(|maximum| desired <= maximum);
        self.memory = self.memory.max(desired);
        self.is_short |= !fits;
        Ok(fits)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.is_short = true;
        Ok(())
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// Fails if there is no room for so many bytes.
pub fn make_room(bytes: usize) -> Outcome<()> {
    let mut room = Vec::<u8>::new();
    room.try_reserve_exact(bytes.saturating_add(SPARE)).map_err(|_| Failure::no_memory())
}

/// An instance with its memory, its grant and its exports.
pub struct Instance<E> {
    store: Store<State>,
    exports: E,
    keeper: Keeper,
    printed: MemoryOutputPipe,
    // After the store, whose tasks it carries.
    runtime: Runtime,
}

impl<E> Instance<E> {
    /// An instance that `instantiate` makes.
    pub fn new(
        grant: Grant,
        keeper: Keeper,
        instantiate: impl FnOnce(&mut Store<State>) -> wasmtime::Result<E>,
    ) -> Outcome<Instance<E>> {
        make_room(0)?;
        let printed = MemoryOutputPipe::new(MAX_PRINTED);
        let mut context = WasiCtxBuilder::new();
        // Before the directory, which takes the setting over.
        context.allow_blocking_current_thread(true).stdout(printed.clone());
        let handed_over = match grant {
            Grant::Nothing => None,
            Grant::Read(path) => Some((path, FsPerms::ReadOnly)),
            Grant::Write(path) => Some((path, FsPerms::ReadWrite)),
        };
        if let Some((path, perms)) = handed_over {
            context
                .preopened_dir(path, ".", perms)
                .map_err(|error| Failure::of_directory(&error, path))?;
        }
        let runtime = Builder::new_current_thread()
            .build()
            .map_err(|error| Failure::new("io", format!("no runtime for file access: {error}")))?;
        let state = State {
            context: context.build(),
            table: ResourceTable::new(),
            memory: 0,
            is_short: false,
        };
        let mut store = Store::new(engine::engine()?, state);
        store.limiter(|state| state);
        // A stop that comes before this is seen at the next tick after it: the
        // clock goes on as long as a call runs.
        store.set_epoch_deadline(1);
        let asked = keeper.clone();
        store.epoch_deadline_callback(move |_| {
            Ok(if asked.lets_go_on() {
                UpdateDeadline::Continue(1)
            } else {
                UpdateDeadline::Interrupt
            })
        });
        let exports = {
            let _entered = runtime.enter();
            // It runs code of the component's, which may be stopped.
            instantiate(&mut store).map_err(|error| keeper.failure(error, store.data()))?
        };
        Ok(Instance { store, exports, keeper, printed, runtime })
    }

    /// Calls into the component. After an error the instance is dead.
    pub fn call<T>(
        &mut self,
        call: impl FnOnce(&E, &mut Store<State>) -> wasmtime::Result<T>,
    ) -> Outcome<T> {
        let _running = engine::running();
        let _entered = self.runtime.enter();
        call(&self.exports, &mut self.store)
            .map_err(|error| self.keeper.failure(error, self.store.data()))
    }

    /// How large its memory has grown, in bytes. It never shrinks.
    pub fn memory(&self) -> usize {
        self.store.data().memory
    }

    /// What it has printed so far.
    pub fn printed(&self) -> String {
        String::from_utf8_lossy(&self.printed.contents()).into_owned()
    }
}

impl<E> Drop for Instance<E> {
    fn drop(&mut self) {
        // Files that are still open are closed through the runtime.
        let _entered = self.runtime.enter();
        self.store.data_mut().table = ResourceTable::new();
    }
}
