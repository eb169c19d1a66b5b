//! Stories about calls, told to the whole engine in virtual time.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a story that cannot go on has failed")]
#![allow(non_snake_case, reason = "behaviour ids are written as the specification writes them")]

mod far;
mod office;
#[path = "../shell/mod.rs"]
mod shell;
mod world;

mod alerts;
mod bridged_transfers;
mod conference;
mod crash;
mod desk_phone;
mod established;
mod inbound;
mod matters;
mod one_way;
mod outbound;
mod page;
mod people;
mod people_at_work;
mod recording;
mod referred;
mod replaced;
mod restored;
mod shifts;
mod strangers;
mod supervise;
mod transfers;
mod watching;
