//! Stories about what an extension watches, told to the whole engine in virtual time (RFC 6665, 4235, 3842).
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a story that cannot go on has failed")]
#![allow(dead_code, reason = "the world is made for calls too")]
#![allow(non_snake_case, reason = "behaviour ids are written as the specification writes them")]

#[path = "calls/far.rs"]
mod far;
#[path = "subscriptions/notifier.rs"]
mod notifier;
#[path = "shell/mod.rs"]
mod shell;
#[path = "calls/world.rs"]
mod world;

#[path = "subscriptions/asking.rs"]
mod asking;
#[path = "subscriptions/ending.rs"]
mod ending;
#[path = "subscriptions/mailbox.rs"]
mod mailbox;
#[path = "subscriptions/outage.rs"]
mod outage;
#[path = "subscriptions/telling.rs"]
mod telling;
