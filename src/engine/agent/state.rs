//! What an agent is doing: a function of the person's choice and of what is so, computed anew each time, so that it cannot stick.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::ItemId;

/// What a person has chosen; kept over a restart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    #[default]
    Offline,
    Ready,
    /// For a reason of the list.
    Paused(ItemId),
}

/// As others see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum AgentState {
    Offline,
    Ready,
    Paused {
        reason: ItemId,
    },
    /// A call rings here.
    Offered,
    /// Held for somebody who is about to be dialled, or offered a record.
    Reserved,
    /// With a record on the screen, about to dial.
    Preview,
    Talking,
    /// A call is over and being written down (*pós-atendimento*).
    WrapUp,
}

/// What is so, beside the choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// A call rings for this person.
    pub offered: bool,
    /// A call is dialled or up.
    pub talking: bool,
    pub work: Option<Work>,
}

/// Work that is no call yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// A lease is held.
    Leased,
    /// Its record was taken.
    Taken,
}

/// The state. Who is in a call is in a call, whatever was chosen. Only who is ready is given work.
///
/// ```text
///   talking  >  offered  >  writing  >  a record  >  a lease  >  the choice
/// ```
pub fn state(choice: Choice, facts: Facts, writing: bool) -> AgentState {
    match (facts.talking, facts.offered, writing, choice) {
        (true, _, _, _) => AgentState::Talking,
        (false, true, _, _) => AgentState::Offered,
        (false, false, true, Choice::Ready | Choice::Paused(_)) => AgentState::WrapUp,
        (false, false, _, Choice::Offline) => AgentState::Offline,
        (false, false, false, Choice::Ready) => match facts.work {
            Some(Work::Taken) => AgentState::Preview,
            Some(Work::Leased) => AgentState::Reserved,
            None => AgentState::Ready,
        },
        (false, false, false, Choice::Paused(reason)) => AgentState::Paused { reason },
    }
}

/// An agent as others see it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgentView {
    pub user: crate::id::UserId,
    pub name: String,
    pub ramal: Option<crate::config::AccountName>,
    pub state: AgentState,
    pub since: DateTime<Utc>,
    /// When a pause is over its limit, or writing ends by itself.
    pub until: Option<DateTime<Utc>>,
    /// Pauses for this when the call is over.
    pub after_call: Option<ItemId>,
    /// The queues this person is in now.
    pub queues: Vec<crate::id::QueueId>,
    /// What this person talks through, when it is another than the ramal's.
    pub device: Option<crate::config::DeviceName>,
    /// The first of today's that was not begun yet; of who is at work.
    pub next_break: Option<BreakView>,
    /// Signed in, and the page is closed: no promise is kept through this person.
    pub page_gone: bool,
}

/// A planned break (VZ-15).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BreakView {
    pub reason: ItemId,
    pub at: DateTime<Utc>,
    pub minutes: u16,
}
