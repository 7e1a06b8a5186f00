//! The R host of fordway: what R calls, over the component that does the work.
//!
//! R checks and coerces arguments and signals conditions; this crate sees
//! clean values and answers with a value or a failure, never with an R error.
//! Data walks one way: R function, noun, instance, component.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`component`] | what serves any component |
//! | [`bindings`] | what the WIT files say, generated |
//! | [`core`] | fordway's own component and its instances |
//! | [`text`] | strings to and from R, with NA |
//! | [`files`] | whole files |
//! | [`checksums`] | digests of files |
//! | [`verification`] | directories checked on several cores |
//! | [`numbers`] | kernels over lists of numbers |
//! | [`tour`] | every kind of value |
//! | [`users`] | the object that lives in the component |

use extendr_api::extendr_module;

mod bindings;
mod checksums;
mod component;
mod core;
mod files;
mod numbers;
mod text;
mod tour;
mod users;
mod verification;

use component::jobs;

extendr_module! {
    mod fordway;
    use jobs;
    use text;
    use files;
    use checksums;
    use verification;
    use numbers;
    use tour;
    use users;
}
