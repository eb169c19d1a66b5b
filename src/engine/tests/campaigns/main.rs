//! Stories about campaigns (GN), told to the whole engine in virtual time.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a story that cannot go on has failed")]
#![allow(non_snake_case, reason = "behaviour ids are written as the specification writes them")]
#![allow(dead_code, reason = "the worlds of other stories are used in part")]

#[path = "../calls/called.rs"]
mod called;
#[path = "../calls/far.rs"]
mod far;
#[path = "../calls/office.rs"]
mod office;
#[path = "../shell/mod.rs"]
mod shell;
#[path = "../calls/world.rs"]
mod world;

mod scene;

mod abandoned;
mod account;
mod bounded;
mod declined;
mod drained;
mod heard;
mod heard_while_progressive;
mod hour;
mod kept;
mod limited;
mod listed;
mod paced;
mod passed;
mod previewed;
mod progressive;
mod promised;
mod pushed;
mod rerouted;
mod ruled;
mod shown;
mod steered;
mod told;
