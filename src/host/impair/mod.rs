//! A bad network on one machine: a UDP relay that loses, delays, reorders and duplicates, from a seed.
//!
//! Put it between two peers on loopback: [`Relay::start`] with an address of its own and the far peer's; the near peer
//! sends to the relay. Answers come back through it to whoever sent first. Needs no privilege, unlike netem. For tests
//! and for the demo; no call of a customer ever passes here.

mod fate;
mod relay;

pub use fate::{Counts, Fates, Impairment};
pub use relay::Relay;
