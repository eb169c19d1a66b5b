//! Campaigns: people to reach (leads), the lists they came in, attempts to reach them, and when each is tried next.
//!
//! `list` says where leads come from and whether they may be used, `lead` what one is, `attempt` what the network says of a call
//! to it, `retry` decides what follows from that, `hopper` has the words in which leads come from the store and go back to it.

mod attempt;
mod hopper;
mod lead;
mod list;
mod retry;
#[cfg(test)]
mod tests;

pub use attempt::{Attempt, AttemptResult, ResultKind};
pub use hopper::{Facts, LeadFacts, Leased, PhoneFacts, Question, Want, Written};
pub use lead::{Area, CoolOff, Finished, Lead, LeadState, Phone, PhoneState, Priority, Waits};
pub use list::{Aim, List, ListStanding, ListState, NumberList, Scope};
pub use retry::{Again, Limit, Next, Of, Retry, RetryTable, Tallies, Tally, Turn, Within};
