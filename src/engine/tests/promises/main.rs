//! Stories about promises (CB), told to the whole engine in virtual time.
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

mod absent;
mod appointed;
mod doubted;
mod dropped;
mod kept;
mod made;
mod once;
mod permitted;
mod posted;
mod previewed;
mod tried;
mod unseen;
