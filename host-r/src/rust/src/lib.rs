//! The R host of fordway: what R calls, over the component that does the work.
//!
//! R checks and coerces arguments and signals conditions; this crate sees
//! clean values and answers with a value or a [`failure::Failure`], never with
//! an R error. Data walks one way: R function, this crate, component.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`bindings`] | what the WIT files say, generated |
//! | [`instance`] | the component and its instances: what each may touch |
//! | [`failure`] | a failure on its way to R |
//! | [`text`] | strings to and from R, with NA |
//! | [`jobs`] | work on other threads, waited for in steps and stopped |
//! | [`files`] | whole files |
//! | [`checksums`] | digests of files |
//! | [`verification`] | directories checked on several cores |
//! | [`numbers`] | kernels over lists of numbers |
//! | [`tour`] | every kind of value |
//! | [`users`] | the object that lives in the component |

use extendr_api::extendr_module;

mod bindings;
mod checksums;
mod failure;
mod files;
mod instance;
mod jobs;
mod numbers;
mod text;
mod tour;
mod users;
mod verification;

extendr_module! {
    mod fordway;
    use files;
    use checksums;
    use verification;
    use numbers;
    use tour;
    use users;
}
