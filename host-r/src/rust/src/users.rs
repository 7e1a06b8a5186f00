//! The object that lives in the component: all of them in one instance, each
//! freed there after R lets go of it.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use extendr_api::prelude::*;
use wasmtime::component::ResourceAny;

use crate::component::failure::{Failure, Outcome, answer};
use crate::component::instance::{Grant, Keeper};
use crate::core::{self, Instance};
use crate::text;

static HOUSE: Mutex<House> = Mutex::new(House { instance: None, number: 0 });

/// Handles to free. A finalizer runs whenever R collects garbage, perhaps in
/// the middle of a call, so it only leaves a note.
static NOTES: Mutex<Vec<(u64, ResourceAny)>> = Mutex::new(Vec::new());

/// Where the users live. After a fault it is a new one, with the next number,
/// and those of the old one are gone.
struct House {
    instance: Option<Instance>,
    number: u64,
}

impl House {
    fn instance(&mut self) -> Outcome<&mut Instance> {
        if self.instance.is_none() {
            core::prepare()?;
            self.instance = Some(core::instance(Grant::Nothing, Keeper::Nobody)?);
            self.number += 1;
        }
        self.instance.as_mut().ok_or_else(gone)
    }

    /// Keeps a value, or gives the house up.
    fn settle<T>(&mut self, result: Outcome<T>) -> Outcome<T> {
        result.inspect_err(|_| {
            self.instance = None;
        })
    }

    fn read_notes(&mut self) -> Outcome<()> {
        let notes = std::mem::take(&mut *lock(&NOTES));
        for (number, handle) in notes {
            if let Some(instance) = self.instance.as_mut().filter(|_| number == self.number) {
                let freed = instance.call(|_, store| handle.resource_drop(store));
                self.settle(freed)?;
            }
        }
        Ok(())
    }
}

/// A handle that R holds.
pub struct User {
    number: u64,
    handle: Option<ResourceAny>,
}

impl User {
    fn new(name: &str) -> Outcome<User> {
        let mut house = lock(&HOUSE);
        house.read_notes()?;
        let made = house.instance()?.call(|exports, store| {
            exports.fordway_core_tour().user_info().call_constructor(store, name)
        });
        let handle = house.settle(made)?;
        Ok(User { number: house.number, handle: Some(handle) })
    }

    fn info(&self) -> Outcome<String> {
        let handle = self.handle.ok_or_else(gone)?;
        let mut house = lock(&HOUSE);
        house.read_notes()?;
        if house.number != self.number || house.instance.is_none() {
            return Err(gone());
        }
        let told = house.instance()?.call(|exports, store| {
            exports.fordway_core_tour().user_info().call_info(store, handle)
        });
        house.settle(told)
    }

    fn close(&mut self) {
        if let Some(handle) = self.handle.take() {
            lock(&NOTES).push((self.number, handle));
        }
    }
}

impl Drop for User {
    fn drop(&mut self) {
        self.close();
        match HOUSE.try_lock() {
            // What went wrong shows again at the next call.
            Ok(mut house) => drop(house.read_notes()),
            Err(TryLockError::Poisoned(_) | TryLockError::WouldBlock) => {}
        }
    }
}

fn live() -> Outcome<u32> {
    let mut house = lock(&HOUSE);
    house.read_notes()?;
    let live = house
        .instance()?
        .call(|exports, store| exports.fordway_core_tour().user_info().call_live(store));
    house.settle(live)
}

fn gone() -> Failure {
    Failure::new("closed", "the user is closed")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[extendr]
fn core_user_new(name: &str) -> Robj {
    answer(User::new(name).map(ExternalPtr::new))
}

// A pointer that was saved and loaded again points nowhere.
#[extendr]
fn core_user_info(user: Robj) -> Robj {
    let user: extendr_api::Result<ExternalPtr<User>> = user.try_into();
    let told = user.map_err(|_| gone()).and_then(|user| user.info());
    answer(told.and_then(|told| text::one(&told)))
}

#[extendr]
fn core_user_close(user: Robj) {
    let user: extendr_api::Result<ExternalPtr<User>> = user.try_into();
    if let Ok(mut user) = user {
        user.close();
    }
}

#[extendr]
fn core_user_live() -> Robj {
    answer(live().map(f64::from))
}

extendr_module! {
    mod users;
    fn core_user_new;
    fn core_user_info;
    fn core_user_close;
    fn core_user_live;
}
