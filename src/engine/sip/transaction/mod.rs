//! Transactions (RFC 3261 §17 with RFC 6026): retransmission, matching, and which answers go up.
//!
//! Two tables, [`client::Clients`] and [`server::Servers`], each driven the same way: hand in messages, timeouts and
//! broken flows, then take out `sends` and `news` until both are empty. Inside, one machine per transaction decides; the
//! table carries out its [`timer::Action`]s. Machines hold no id, clock or flow.

pub(crate) mod client;
mod client_invite;
mod client_other;
mod derived;
mod key;
pub(crate) mod server;
mod server_invite;
mod server_other;
pub mod timer;
pub(crate) mod via;
