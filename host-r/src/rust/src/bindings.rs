//! What the WIT files say, generated.

wasmtime::component::bindgen!({ path: "component/wit", world: "fordway" });

pub use exports::fordway::core::checksums::{Algorithm, Entry, Fault, Report};
pub use exports::fordway::core::tour::Person;
pub use fordway::core::types;
