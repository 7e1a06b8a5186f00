//! What serves any component: an engine, instances with a grant, work on other
//! threads, and the R session above. Knows no noun of fordway's.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`engine`] | the one engine, and the clock by which calls are stopped |
//! | [`instance`] | an instance: what it may touch, and for how long |
//! | [`failure`] | a failure on its way to R |
//! | [`jobs`] | work on other threads, waited for in steps and given up |
//! | [`queue`] | what goes between such a thread and R |
//! | [`session`] | what R is asked for, without a jump over Rust's frames |

pub mod engine;
pub mod failure;
pub mod instance;
pub mod jobs;
pub mod queue;
pub mod session;
