//! The exports of the component: each converts, calls its module, and
//! converts back.

mod bindings;
mod checksums;
mod convert;
mod files;
mod numbers;
mod run;
mod tour;

/// What carries the exports.
struct Component;
