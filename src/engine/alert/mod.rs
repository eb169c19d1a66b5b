//! What a person has to know for as long as it is so (VZ-17): which alerts stand, when one begins that nobody else notices, and when
//! each is over.
//!
//! ```text
//!   alerts of other rooms ──┐
//!   news that end them ─────┼──> Alerts ──> Alert, Over
//!   health, the minute ─────┘
//! ```
//!
//! Other rooms tell an alert where it happens. This one keeps it in the live state, and says that it is over when the news say so:
//! the extension is registered again, the held call resumed, the pause ended. Alerts of a moment (ports ran out, seconds of a recording are lost) do not stand.

mod hours;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::agent::{AgentState, AgentView};
use crate::callback::{Doubt, Standing, Wrong};
use crate::config::{AccountName, AlertLimits, Config, GroupName};
use crate::id::{CallId, OutboxId, PromiseId, QueueId, UserId};
use crate::news::{Alert, News, RegistrationState, StaffNews};
use crate::outbox::Phase;
use crate::staff::{EntryId, Staff};
use crate::time::{Moment, Now};

/// What the shell has measured; what it could not is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Health {
    /// Where the store and the recordings are.
    pub free_mb: Option<u64>,
    pub clock_synchronised: Option<bool>,
}

/// What stands.
#[derive(Debug, Default)]
pub struct Alerts {
    standing: BTreeMap<Subject, Alert>,
    /// Open queues with nobody in them, since when.
    empty: BTreeMap<QueueId, Moment>,
    /// When the hours are looked at again; none while no queue has hours.
    look: Option<Moment>,
}

/// What an alert is about: one stands for each.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Subject {
    Registration(AccountName),
    Group(GroupName),
    Store,
    Recordings,
    Hold(CallId),
    Pause(UserId),
    Break(UserId),
    Queue(QueueId),
    Disk,
    Clock,
    Promise(PromiseId),
    Letter(OutboxId),
    Dialing(Doubt),
}

/// What the room borrows while it looks.
#[derive(Debug)]
pub struct Context<'a> {
    pub config: &'a Config,
    pub staff: &'a Staff,
    pub now: Now,
}

impl Alerts {
    /// All that stand, the same order each time.
    pub fn standing(&self) -> impl Iterator<Item = Alert> {
        self.standing.values().cloned()
    }

    /// Follows what is being told; gives what is over by it.
    pub fn on_news(&mut self, news: &News) -> Vec<Alert> {
        match news {
            News::Alert(alert) => {
                self.follow(alert);
                Vec::new()
            }
            News::Account(view) => match view.registration.state {
                RegistrationState::Registered | RegistrationState::Unregistered | RegistrationState::NotNeeded => {
                    self.over(Subject::Registration(view.account.clone()))
                }
                RegistrationState::Waiting | RegistrationState::Registering | RegistrationState::Refused => Vec::new(),
            },
            News::AccountGone(account) => self.over(Subject::Registration(account.clone())),
            News::Call(view) if !view.held => self.over(Subject::Hold(view.call)),
            News::CallEnded(view) => self.over(Subject::Hold(view.call)),
            News::Staff(StaffNews::Agent(view)) => self.on_agent(view),
            News::Staff(StaffNews::Gone(EntryId::User(user))) => {
                [self.over(Subject::Pause(*user)), self.over(Subject::Break(*user))].concat()
            }
            // Somebody is busy with it, or it is over.
            News::Staff(StaffNews::Promise(view)) => match view.standing {
                Standing::Reserved | Standing::Reading | Standing::Dialling | Standing::Over(_) => {
                    self.over(Subject::Promise(view.promise.id))
                }
                Standing::Open | Standing::Waiting | Standing::Unknown => Vec::new(),
            },
            // A person has decided.
            News::Staff(StaffNews::Letter(row)) => match row.phase {
                Phase::Dead(_) => Vec::new(),
                Phase::Queued | Phase::Trying | Phase::Done | Phase::Dropped => {
                    self.over(Subject::Letter(row.item.letter.id))
                }
            },
            News::Staff(StaffNews::Gone(EntryId::Queue(queue))) => {
                self.empty.remove(queue);
                self.over(Subject::Queue(*queue))
            }
            News::Call(_)
            | News::Group(_)
            | News::Watched(_)
            | News::Message(_)
            | News::Staff(StaffNews::Phone(_) | StaffNews::Kept(_) | StaffNews::Gone(_))
            | News::Staff(StaffNews::Supervision(_) | StaffNews::TakenOver { .. })
            | News::Staff(StaffNews::Appointment(_) | StaffNews::Reminder { .. })
            | News::Staff(StaffNews::Record(_) | StaffNews::Campaign(_))
            | News::Totals(_)
            | News::Digit { .. }
            | News::Quality { .. } => Vec::new(),
        }
    }

    /// The shell has measured.
    pub fn on_health(&mut self, health: Health, limits: AlertLimits) -> Vec<Alert> {
        let low = health.free_mb.map(|free_mb| (free_mb < limits.least_free_mb, free_mb));
        let disk = match low {
            Some((true, free_mb)) if !self.standing.contains_key(&Subject::Disk) => {
                vec![Alert::DiskLow { free_mb, least_mb: limits.least_free_mb }]
            }
            Some((false, _)) => self.over(Subject::Disk),
            Some((true, _)) | None => Vec::new(),
        };
        let clock = match health.clock_synchronised {
            Some(false) if !self.standing.contains_key(&Subject::Clock) => vec![Alert::ClockNotSynchronised],
            Some(true) => self.over(Subject::Clock),
            Some(false) | None => Vec::new(),
        };
        [disk, clock].concat()
    }

    /// Queues have hours, or others than before.
    pub fn on_staff(&mut self, cx: &Context<'_>) {
        // One that lost its hours is looked at once more: it may stand.
        let any = has_hours(cx.staff) || !self.empty.is_empty();
        self.look = any.then_some(cx.now.moment);
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.look
    }

    /// Who is signed in where people shall be: looked at each minute.
    pub fn on_timeout<'v>(&mut self, agents: impl Iterator<Item = &'v AgentView>, cx: &Context<'_>) -> Vec<Alert> {
        if self.look.is_none_or(|look| look > cx.now.moment) {
            return Vec::new();
        }
        self.look = has_hours(cx.staff).then(|| cx.now.moment + MINUTE);
        let working = agents.filter(|agent| agent.state != AgentState::Offline);
        let served: BTreeSet<QueueId> = working.flat_map(|agent| agent.queues.iter().copied()).collect();
        let mut told = Vec::new();
        for queue in cx.staff.queues() {
            let id = queue.queue;
            if served.contains(&id) || !hours::is_open(queue, cx.config.zone, cx.now.civil) {
                self.empty.remove(&id);
                told.extend(self.over(Subject::Queue(id)));
                continue;
            }
            let since = *self.empty.entry(id).or_insert(cx.now.moment);
            let long = cx.now.moment.since(since) >= cx.config.alerts.nobody_after;
            if long && !self.standing.contains_key(&Subject::Queue(id)) {
                told.push(Alert::NobodySignedIn { queue: id, name: queue.name.clone() });
            }
        }
        told
    }

    fn on_agent(&mut self, view: &AgentView) -> Vec<Alert> {
        let mut over = match view.state {
            AgentState::Paused { .. } => Vec::new(),
            AgentState::Offline
            | AgentState::Ready
            | AgentState::Offered
            | AgentState::Reserved
            | AgentState::Preview
            | AgentState::Talking
            | AgentState::WrapUp => self.over(Subject::Pause(view.user)),
        };
        let due = view.next_break.map(|next| next.at);
        if let Some(Alert::BreakOverdue { at, .. }) = self.standing.get(&Subject::Break(view.user))
            && due != Some(*at)
        {
            over.extend(self.over(Subject::Break(view.user)));
        }
        if view.state != AgentState::Offline {
            for queue in &view.queues {
                self.empty.remove(queue);
                over.extend(self.over(Subject::Queue(*queue)));
            }
        }
        over
    }

    /// An alert was told: it stands, or is the end of another.
    fn follow(&mut self, alert: &Alert) {
        let subject = match alert {
            Alert::RegistrationLost { account, .. } => Subject::Registration(account.clone()),
            Alert::GroupDown { group } => Subject::Group(group.clone()),
            Alert::StoreFailing { .. } => Subject::Store,
            Alert::NoRecordings { .. } => Subject::Recordings,
            Alert::ForgottenHold { call, .. } => Subject::Hold(*call),
            Alert::PauseOverLimit { user, .. } => Subject::Pause(*user),
            Alert::BreakOverdue { user, .. } => Subject::Break(*user),
            Alert::NobodySignedIn { queue, .. } => Subject::Queue(*queue),
            Alert::DiskLow { .. } => Subject::Disk,
            Alert::ClockNotSynchronised => Subject::Clock,
            Alert::Promise(alert) => match alert.what {
                Wrong::Unknown
                | Wrong::NoAgent
                | Wrong::OwnerAbsent
                | Wrong::Denied(_)
                | Wrong::NotStored
                | Wrong::ReturnLater => Subject::Promise(alert.promise),
                // It is over; the board keeps it.
                Wrong::Exhausted | Wrong::Missed => return,
            },
            Alert::Letter(alert) => Subject::Letter(alert.item),
            Alert::DialingHeld { doubt } => Subject::Dialing(*doubt),
            Alert::GroupUp { group } => return drop(self.standing.remove(&Subject::Group(group.clone()))),
            Alert::StoreWorks => return drop(self.standing.remove(&Subject::Store)),
            Alert::RecordingsWork => return drop(self.standing.remove(&Subject::Recordings)),
            Alert::NoMediaPorts
            | Alert::PhoneLost { .. }
            | Alert::NotRecorded { .. }
            | Alert::RecordingIncomplete { .. }
            | Alert::NotReturned { .. }
            | Alert::Over(_) => return,
        };
        self.standing.insert(subject, alert.clone());
    }

    /// Nothing is held for this doubt any more.
    pub fn on_doubt_over(&mut self, doubt: Doubt) -> Vec<Alert> {
        self.over(Subject::Dialing(doubt))
    }

    fn over(&mut self, subject: Subject) -> Vec<Alert> {
        self.standing.remove(&subject).map(|alert| Alert::Over(Box::new(alert))).into_iter().collect()
    }
}

fn has_hours(staff: &Staff) -> bool {
    staff.queues().any(|queue| !queue.hours.is_empty())
}

/// Between two looks at the hours.
const MINUTE: Duration = Duration::from_secs(60);
