//! One thing that one extension watches.

use chrono::{DateTime, Utc};

use crate::config::{Account, AccountName, GroupName};
use crate::news::{WatchedState, WatchedView};
use crate::sip::uri::Host;
use crate::time::Moment;

use super::SubscriptionId;
use super::dialog_info::Table;

/// Who watches what.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Key {
    pub account: AccountName,
    pub subject: Subject,
}

/// What makes an account's subscriptions others: where they are, and in whose name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Home {
    pub group: GroupName,
    user: String,
    domain: Host,
}

impl Home {
    pub fn of(account: &Account) -> Home {
        Home { group: account.group.clone(), user: account.user.clone(), domain: account.domain.clone() }
    }
}

/// The mailbox is the account's own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Subject {
    Mailbox,
    Extension(String),
}

/// From subscription to subscription.
///
/// ```text
///         registered            slot          ended               timer
///   Idle ────────────> Queued ───────> Up ────────────> Resting ────────> Queued
///    ^                                 │ └─ for good ─> Refused
///    └────────── group down ───────────┴─── from everywhere
/// ```
#[derive(Debug)]
pub(super) struct Watcher {
    pub phase: Phase,
    /// Ends in a row of subscriptions that did not live for long.
    pub failures: u32,
    table: Table,
    state: WatchedState,
    since: Option<DateTime<Utc>>,
    why: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    /// Until its extension is registered.
    Idle,
    /// Waits for a slot of its group.
    Queued,
    Up {
        id: SubscriptionId,
        since: Moment,
    },
    /// Another attempt comes with the timer.
    Resting,
    /// The PBX does not want to be asked again.
    Refused,
}

impl Watcher {
    pub fn new() -> Watcher {
        Watcher {
            phase: Phase::Idle,
            failures: 0,
            table: Table::default(),
            state: WatchedState::Unknown,
            since: None,
            why: None,
        }
    }

    /// Whether `id` is its present subscription.
    pub fn is_up(&self, id: SubscriptionId) -> bool {
        matches!(self.phase, Phase::Up { id: own, .. } if own == id)
    }

    /// Without a subscription from now on; what the next one tells begins anew.
    pub fn rest(&mut self, phase: Phase) {
        self.phase = phase;
        self.table = Table::default();
    }

    /// The dialogs, as told so far.
    pub fn table(&mut self) -> &mut Table {
        &mut self.table
    }

    /// The lamp as the dialogs say, or what is known without them. True when that is news.
    pub fn show(&mut self, state: Option<WatchedState>, why: Option<String>, now: DateTime<Utc>) -> bool {
        let state = state.unwrap_or(WatchedState::Unknown);
        let changed = self.state != state;
        if changed {
            self.state = state;
            self.since = Some(now);
        }
        std::mem::replace(&mut self.why, why.clone()) != why || changed
    }

    /// The lamp; a mailbox has none.
    pub fn view(&self, key: &Key) -> Option<WatchedView> {
        let Subject::Extension(number) = &key.subject else { return None };
        Some(WatchedView {
            account: key.account.clone(),
            number: number.clone(),
            state: self.state,
            since: self.since,
            why: self.why.clone(),
        })
    }
}
