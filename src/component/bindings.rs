//! What `wit/` says, generated.

#![allow(unsafe_code, missing_docs)] // generated: the canonical ABI at work

use super::Component;

wit_bindgen::generate!({ path: "wit", world: "fordway" });
export!(Component);
