//! fordway's own component: compiled once, and the instances of it.

use std::sync::{Mutex, OnceLock, PoisonError};

use wasmtime::Store;
use wasmtime::component::{Component, Linker};

use crate::bindings::{Fordway, FordwayPre};
use crate::component::engine::engine;
use crate::component::failure::{Failure, Outcome};
use crate::component::instance::{self, Grant, Keeper, State};
use crate::component::jobs::apart;

static COMPONENT: &[u8] = include_bytes!("../component/fordway.wasm");

/// How large the memory of a shared instance may have grown, in bytes, before
/// the instance makes room for a new one: a memory never shrinks.
const MAX_KEPT: usize = 8 << 20;

/// Compiled once in the life of the process.
static COMPILED: OnceLock<FordwayPre<State>> = OnceLock::new();

/// Compiles the component, which takes a moment, unless that is done. To be
/// called in R's thread.
pub fn prepare() -> Outcome<()> {
    if COMPILED.get().is_some() {
        return Ok(());
    }
    // Whoever is interrupted here leaves a thread that is good for the next
    // call, or, in a child of a fork, one that is not there.
    apart(|| {
        let pre = compile().map_err(|error| {
            Failure::new("trap", format!("the component could not be compiled: {error:#}"))
        })?;
        COMPILED.get_or_init(|| pre);
        Ok(())
    })
}

fn compile() -> wasmtime::Result<FordwayPre<State>> {
    let engine = engine()?;
    let component = Component::new(engine, COMPONENT)?;
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    FordwayPre::new(linker.instantiate_pre(&component)?)
}

/// An instance of the core.
pub type Instance = instance::Instance<Fordway>;

/// A new instance; [`prepare`] came before.
pub fn instance(grant: Grant, keeper: Keeper) -> Outcome<Instance> {
    let missing = || Failure::new("trap", "the component is not compiled");
    let pre = COMPILED.get().ok_or_else(missing)?;
    Instance::new(grant, keeper, |store| pre.instantiate(store))
}

/// A place for an instance that is kept between calls.
pub struct Shared(Mutex<Option<Instance>>);

/// For functions that need no file and leave nothing behind, in R's thread.
pub static PURE: Shared = Shared(Mutex::new(None));

impl Shared {
    /// Calls into the kept instance, or a new one where the last is spent.
    ///
    /// The place is empty meanwhile: R may call again from within, in a handler
    /// of an interrupt.
    pub fn call<T, E: Into<Failure>>(
        &self,
        call: impl FnOnce(&Fordway, &mut Store<State>) -> wasmtime::Result<Result<T, E>>,
    ) -> Outcome<T> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut instance = match kept {
            Some(instance) => instance,
            None => {
                prepare()?;
                self::instance(Grant::Nothing, Keeper::Session)?
            }
        };
        let result = instance.call(call)?;
        if instance.memory() <= MAX_KEPT {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(instance);
        }
        result.map_err(Into::into)
    }
}
