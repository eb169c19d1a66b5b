//! The machine of one letter. A try is at least once where the other side knows repetitions, else at most once.
//!
//! ```text
//!   handed in      stored          its turn           stored
//!  ──────────> Entering ──> Queued ────────> Storing ────────> Trying ──> Over: Done
//!                            ^ ^               │                 │
//!                            │ └───────────────┴─────────────────┤ failed: after a while, longer each time
//!                            │   not stored                      v
//!                            └──────────── Changing <────────── Dead: Exhausted, Refused, Unknown
//!                              tried again    │    a person
//!                                             └─────────────────────────> Over: Dropped
//! ```

use std::collections::VecDeque;
use std::time::Duration;

use chrono::TimeDelta;

use super::Settings;
use super::lanes::Standing;
use super::letter::{Dead, Destination, Item, Letter, Phase, Row};
use super::order::{Alert, Change, Order, Outcome, Refused, Written};
use crate::id::{CommandId, OutboxId};
use crate::random::Random;
use crate::time::{Moment, Now};

/// What a letter borrows while it works.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub settings: &'a Settings,
    pub orders: &'a mut VecDeque<Order>,
    pub now: Now,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub item: Item,
    pub state: State,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Written for the first time; these wait for it.
    Entering {
        askers: Vec<OutboxId>,
    },
    /// Till then, and till its turn.
    Queued {
        from: Moment,
    },
    /// The try is being written down.
    Storing,
    /// Without news till then nobody knows.
    Trying {
        until: Moment,
    },
    Dead(Dead),
    /// A person's wish is being written.
    Changing {
        dead: Dead,
        change: Change,
        command: CommandId,
    },
    Over(Phase),
}

impl Entry {
    pub fn new(letter: Letter, now: Now) -> Entry {
        let askers = vec![letter.id];
        let item = Item { letter, version: 1, next: now.civil, tries: 0, failures: 0, why: None };
        Entry { item, state: State::Entering { askers } }
    }

    /// As it was written down. Of a try without its end nobody knows.
    pub fn restore(row: Row, cx: &mut Context<'_>, random: &mut Random) -> Entry {
        let left = (row.item.next - cx.now.civil).to_std().unwrap_or_default();
        let from = cx.now.moment + left.min(LONGEST_WAIT);
        let state = match row.phase {
            Phase::Queued => State::Queued { from },
            Phase::Trying => State::Trying { until: cx.now.moment },
            Phase::Dead(dead) => State::Dead(dead),
            Phase::Done | Phase::Dropped => State::Over(row.phase),
        };
        let mut entry = Entry { item: row.item, state };
        entry.on_time(cx, random);
        entry
    }

    pub fn standing(&self, now: Now) -> Standing {
        match self.state {
            State::Queued { from } if from > now.moment => Standing::Resting,
            State::Queued { .. } => Standing::Due,
            State::Storing | State::Trying { .. } => Standing::Trying,
            State::Entering { .. } | State::Dead(_) | State::Changing { .. } | State::Over(_) => Standing::Out,
        }
    }

    /// When time alone changes something.
    pub fn wakes_at(&self, now: Now) -> Option<Moment> {
        match self.state {
            State::Queued { from } => Some(from).filter(|from| *from > now.moment),
            State::Trying { until } => Some(until),
            State::Entering { .. } | State::Storing | State::Dead(_) | State::Changing { .. } | State::Over(_) => None,
        }
    }

    pub fn on_time(&mut self, cx: &mut Context<'_>, random: &mut Random) {
        match self.state {
            State::Trying { until } if until <= cx.now.moment => {
                let why = "nobody said what came of the try".to_owned();
                self.on_outcome(Outcome::Unknown { why }, cx, random);
            }
            State::Trying { .. } | State::Entering { .. } | State::Queued { .. } | State::Storing => {}
            State::Dead(_) | State::Changing { .. } | State::Over(_) => {}
        }
    }

    /// It is the first in its line, and there is room on its road.
    pub fn on_turn(&mut self, cx: &mut Context<'_>) {
        self.item.tries += 1;
        self.state = State::Storing;
        self.write(cx.orders);
    }

    /// The row of this version is written, or could not be.
    pub fn on_stored(&mut self, version: u32, written: Written, cx: &mut Context<'_>) {
        if version != self.item.version {
            return;
        }
        match std::mem::replace(&mut self.state, State::Queued { from: cx.now.moment }) {
            State::Entering { askers } => {
                let appointment = self.item.letter.appointment;
                let taken = match written {
                    Written::Yes | Written::Known => Ok(()),
                    Written::No => Err(Refused::NotStored),
                };
                match written {
                    Written::Yes => self.tell(cx.orders),
                    Written::No | Written::Known => self.state = State::Over(Phase::Dropped),
                }
                cx.orders.extend(askers.into_iter().map(|item| Order::Taken { item, appointment, taken }));
            }
            State::Storing => match written {
                Written::Yes => self.go(cx),
                Written::No | Written::Known => {
                    self.wait(AFTER_STORE_ERROR, cx);
                    self.tell(cx.orders);
                }
            },
            State::Changing { dead, change, command } => {
                let answer = match (written, change) {
                    (Written::Yes, Change::Retry) => Ok(self.item.letter.id),
                    (Written::Yes, Change::Drop) => {
                        self.state = State::Over(Phase::Dropped);
                        Ok(self.item.letter.id)
                    }
                    (Written::No | Written::Known, _) => {
                        self.state = State::Dead(dead);
                        Err(Refused::NotStored)
                    }
                };
                cx.orders.push_back(Order::Answer(command, answer));
                self.tell(cx.orders);
            }
            other @ (State::Queued { .. } | State::Trying { .. } | State::Dead(_) | State::Over(_)) => {
                self.state = other;
            }
        }
    }

    /// What came of a try; of an earlier one it says nothing.
    pub fn on_tried(&mut self, attempt: u32, outcome: Outcome, cx: &mut Context<'_>, random: &mut Random) {
        match self.state {
            State::Trying { .. } if self.item.tries == attempt => self.on_outcome(outcome, cx, random),
            State::Trying { .. } | State::Entering { .. } | State::Queued { .. } | State::Storing => {}
            State::Dead(_) | State::Changing { .. } | State::Over(_) => {}
        }
    }

    /// A person's wish. Ok: its answer comes when it is written.
    pub fn on_change(&mut self, command: CommandId, change: Change, cx: &mut Context<'_>) -> Result<(), Refused> {
        match self.state {
            State::Dead(dead) => {
                self.state = State::Changing { dead, change, command };
                (self.item.failures, self.item.next) = (0, cx.now.civil);
                self.item.version += 1;
                cx.orders.push_back(Order::Store(self.row()));
                Ok(())
            }
            State::Changing { .. } => Err(Refused::Outdated),
            State::Entering { .. } | State::Queued { .. } | State::Storing | State::Trying { .. } | State::Over(_) => {
                Err(Refused::NotFound)
            }
        }
    }

    fn go(&mut self, cx: &mut Context<'_>) {
        let (attempt, Letter { id: item, key, to, body, files, .. }) = (self.item.tries, self.item.letter.clone());
        cx.orders.push_back(match to {
            Destination::Text { number } => Order::Text { item, attempt, number, body },
            Destination::Webhook { hook, number } => Order::Post { item, attempt, hook, number, body, files, key },
        });
        self.state = State::Trying { until: cx.now.moment + NO_NEWS };
        self.tell(cx.orders);
    }

    fn on_outcome(&mut self, outcome: Outcome, cx: &mut Context<'_>, random: &mut Random) {
        match outcome {
            Outcome::Delivered => {
                self.state = State::Over(Phase::Done);
                self.item.why = None;
            }
            Outcome::Failed { why, wait } => self.on_failed(why, wait, cx, random),
            Outcome::Refused { why } => self.die(Dead::Refused, why, cx),
            Outcome::NotTried { why, wait } => {
                self.item.why = Some(why);
                self.wait(wait.clamp(SHORTEST_WAIT, LONGEST_WAIT), cx);
            }
            Outcome::Unknown { why } => match self.item.letter.to.knows_repetition() {
                true => self.on_failed(why, None, cx, random),
                false => self.die(Dead::Unknown, why, cx),
            },
        }
        self.write(cx.orders);
    }

    fn on_failed(&mut self, why: String, wait: Option<Duration>, cx: &mut Context<'_>, random: &mut Random) {
        self.item.failures = self.item.failures.saturating_add(1);
        if self.item.failures >= cx.settings.attempts {
            return self.die(Dead::Exhausted, why, cx);
        }
        self.item.why = Some(why);
        let wait = back_off(self.item.failures, random).max(wait.unwrap_or_default()).min(LONGEST_WAIT);
        self.wait(wait, cx);
    }

    fn die(&mut self, dead: Dead, why: String, cx: &mut Context<'_>) {
        self.state = State::Dead(dead);
        self.item.why = Some(why);
        cx.orders.push_back(Order::Alert(Alert { item: self.item.letter.id, why: dead }));
    }

    fn wait(&mut self, wait: Duration, cx: &Context<'_>) {
        let span = TimeDelta::from_std(wait).unwrap_or_default();
        self.item.next = cx.now.civil.checked_add_signed(span).unwrap_or(cx.now.civil);
        self.state = State::Queued { from: cx.now.moment + wait };
    }

    fn write(&mut self, orders: &mut VecDeque<Order>) {
        self.item.version += 1;
        orders.push_back(Order::Store(self.row()));
        self.tell(orders);
    }

    fn tell(&self, orders: &mut VecDeque<Order>) {
        orders.push_back(Order::Tell(self.row()));
    }

    pub fn row(&self) -> Row {
        Row { item: self.item.clone(), phase: self.state.phase() }
    }
}

impl State {
    /// What of it is written down.
    fn phase(&self) -> Phase {
        match self {
            State::Entering { .. } | State::Queued { .. } => Phase::Queued,
            State::Storing | State::Trying { .. } => Phase::Trying,
            State::Dead(dead) => Phase::Dead(*dead),
            State::Changing { change: Change::Retry, .. } => Phase::Queued,
            State::Changing { change: Change::Drop, .. } => Phase::Dropped,
            State::Over(phase) => *phase,
        }
    }
}

/// After the n-th failure, a fifth more or less, so that what failed together does not come back together.
fn back_off(failures: u8, random: &mut Random) -> Duration {
    let step = BACK_OFF_S.get(usize::from(failures.saturating_sub(1))).unwrap_or(&BACK_OFF_LAST_S);
    Duration::from_millis(step * 800 + u64::from(random.below(*step as u32 * 400)))
}

const BACK_OFF_S: [u64; 4] = [10, 30, 120, 600];
const BACK_OFF_LAST_S: u64 = 3_600;
const AFTER_STORE_ERROR: Duration = Duration::from_secs(10);
/// The other side does not say for how long it is not tried: neither hammered nor forgotten.
const SHORTEST_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
/// Longer than a SIP transaction lives (Timer F, RFC 3261 §17.1.2.2: 32 s).
const NO_NEWS: Duration = Duration::from_secs(60);
