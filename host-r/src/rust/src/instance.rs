//! The component and its instances: what each may touch, and for how long.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tokio::runtime::{Builder, Runtime};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, ResourceLimiter, Store, UpdateDeadline};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::bindings::{Fordway, FordwayPre};
use crate::failure::{Failure, Outcome};

static COMPONENT: &[u8] = include_bytes!("../component/fordway.wasm");

/// The most that an instance may print.
const MAX_PRINTED: usize = 1 << 16;

/// How large the memory of a shared instance may have grown, in bytes, before
/// the instance makes room for a new one: a memory never shrinks.
const MAX_KEPT: usize = 8 << 20;

/// The addresses that a memory takes where they are scarce, in bytes. Elsewhere
/// it takes 4 GiB of them, which costs no memory and spares bounds checks.
const SMALL_RESERVATION: u64 = 16 << 20;

/// Compiled once in the life of the process.
static COMPILED: LazyLock<std::result::Result<FordwayPre<State>, String>> =
    LazyLock::new(|| compile().map_err(|error| format!("{error:#}")));

fn compile() -> wasmtime::Result<FordwayPre<State>> {
    let mut config = Config::new();
    // Lets a stop reach a worker that is in the middle of a file.
    config.epoch_interruption(true);
    if is_address_space_limited() {
        config
            .memory_reservation(SMALL_RESERVATION)
            .memory_reservation_for_growth(SMALL_RESERVATION)
            .memory_guard_size(0);
    }
    let engine = Engine::new(&config)?;
    let component = Component::new(&engine, COMPONENT)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    FordwayPre::new(linker.instantiate_pre(&component)?)
}

/// Whether a process may not take as many addresses as it likes (`ulimit -v`).
fn is_address_space_limited() -> bool {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max address space"));
    limit.is_some_and(|limit| !limit.trim_start().starts_with("unlimited"))
}

fn compiled() -> Outcome<&'static FordwayPre<State>> {
    COMPILED.as_ref().map_err(|error| {
        Failure::new("trap", format!("the component could not be compiled: {error}"))
    })
}

/// Tells every instance to look at its stop flag.
pub fn nudge() {
    if let Ok(pre) = compiled() {
        pre.engine().increment_epoch();
    }
}

/// What an instance may touch: nothing, or one directory, which it sees as `.`.
#[derive(Clone, Copy, Debug)]
pub enum Grant<'a> {
    Nothing,
    Read(&'a str),
    Write(&'a str),
}

/// What the host keeps beside an instance.
pub struct State {
    context: WasiCtx,
    table: ResourceTable,
    memory: usize,
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
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.memory = self.memory.max(desired);
        Ok(true)
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

/// An instance of the component with its memory and its grant.
pub struct Instance {
    store: Store<State>,
    exports: Fordway,
    printed: MemoryOutputPipe,
    // After the store, whose tasks it carries.
    runtime: Runtime,
}

impl Instance {
    /// An instance that runs to the end of each call.
    pub fn new(grant: Grant) -> Outcome<Instance> {
        Instance::stoppable(grant, Arc::default())
    }

    /// An instance whose calls fail once `stop` is set and [`nudge`] called.
    pub fn stoppable(grant: Grant, stop: Arc<AtomicBool>) -> Outcome<Instance> {
        let pre = compiled()?;
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
        let state = State { context: context.build(), table: ResourceTable::new(), memory: 0 };
        let mut store = Store::new(pre.engine(), state);
        store.limiter(|state| state);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            Ok(if stop.load(Ordering::SeqCst) {
                UpdateDeadline::Interrupt
            } else {
                UpdateDeadline::Continue(1)
            })
        });
        let exports = {
            let _entered = runtime.enter();
            pre.instantiate(&mut store)?
        };
        Ok(Instance { store, exports, printed, runtime })
    }

    /// Calls into the component. After an error that is no failure of the
    /// component's own telling the instance is dead.
    pub fn call<T>(
        &mut self,
        call: impl FnOnce(&Fordway, &mut Store<State>) -> wasmtime::Result<T>,
    ) -> wasmtime::Result<T> {
        let _entered = self.runtime.enter();
        call(&self.exports, &mut self.store)
    }

    /// What it has printed so far.
    pub fn printed(&self) -> String {
        String::from_utf8_lossy(&self.printed.contents()).into_owned()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Files that are still open are closed through the runtime.
        let _entered = self.runtime.enter();
        self.store.data_mut().table = ResourceTable::new();
    }
}

/// A place for an instance that is kept between calls.
pub struct Shared(Mutex<Option<Instance>>);

/// For functions that need no file and leave nothing behind.
pub static PURE: Shared = Shared(Mutex::new(None));

impl Shared {
    /// Calls into the kept instance, or a new one where the last is spent.
    pub fn call<T, E: Into<Failure>>(
        &self,
        call: impl FnOnce(&Fordway, &mut Store<State>) -> wasmtime::Result<std::result::Result<T, E>>,
    ) -> Outcome<T> {
        // A panic in a call leaves the place empty, so poison means nothing.
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut instance = match place.take() {
            Some(instance) => instance,
            None => Instance::new(Grant::Nothing)?,
        };
        let result = instance.call(call)?;
        if instance.store.data().memory <= MAX_KEPT {
            *place = Some(instance);
        }
        result.map_err(Into::into)
    }
}
