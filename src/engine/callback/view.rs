//! A promise as screens show it.

use serde::{Deserialize, Serialize};

use super::machine::Callback;
use super::order::By;
use super::promise::{End, Promise};
use super::state::State;
use crate::id::UserId;

/// A promise, where it is, and who is busy with it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PromiseView {
    pub promise: Promise,
    pub standing: Standing,
    /// Who is held for it, has its record, or talks.
    pub user: Option<UserId>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its time has not come.
    Open,
    /// For an agent.
    Waiting,
    /// An agent is held for it, or looks at the offered record.
    Reserved,
    /// An agent has the record, and will dial.
    Reading,
    /// From the gate to the answer.
    Dialling,
    /// An attempt of which nobody knows whether it reached anybody.
    Unknown,
    Over(End),
}

impl Callback {
    pub fn view(&self) -> PromiseView {
        PromiseView { promise: self.promise.clone(), standing: self.state.standing(), user: self.state.user() }
    }
}

impl State {
    fn standing(&self) -> Standing {
        match self {
            State::Open => Standing::Open,
            State::Waiting { .. } => Standing::Waiting,
            State::Reserved { .. } => Standing::Reserved,
            State::Reading { .. } => Standing::Reading,
            State::Judging { .. } | State::Storing { .. } | State::JudgingAgain { .. } | State::Dialling { .. } => {
                Standing::Dialling
            }
            State::Unknown { .. } => Standing::Unknown,
            State::Changing { rest, .. } => rest.clone().state().standing(),
            State::Over(end) => Standing::Over(*end),
        }
    }

    /// Who is busy with it.
    pub(super) fn user(&self) -> Option<UserId> {
        match self {
            State::Reserved { lease, .. } => Some(lease.user),
            State::Reading { by } | State::Judging { by, .. } | State::Dialling { by, .. } => Some(by.user()),
            State::Storing { by, .. } | State::JudgingAgain { by, .. } => by.map(By::user),
            State::Open | State::Waiting { .. } | State::Unknown { .. } | State::Changing { .. } | State::Over(_) => {
                None
            }
        }
    }
}
