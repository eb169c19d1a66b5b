//! Whose things are, and what each person is shown of the live state.

use crate::access::{self, Action, Audience, Whose};
use crate::appointment;
use crate::border::{AccountCommand, Actor, Look, Refusal, What};
use crate::call;
use crate::config::{AccountName, DeviceName};
use crate::id::{CallId, UserId};
use crate::messages;
use crate::news::{Delta, News, Snapshot, StaffNews};
use crate::staff::{self, Entry};
use crate::subscription;

use super::Engine;

impl Engine {
    /// Whether somebody may do something that is done outside: by the one table.
    ///
    /// # Errors
    /// As [`access::allowed`].
    pub fn may(&self, actor: Actor, action: Action, whose: Whose) -> Result<(), Refusal> {
        access::allowed(&self.staff, actor, action, whose)
    }

    /// Whose the object of a command is; of several, the first that is not the same person's as the rest.
    pub(super) fn whose(&self, what: &What, actor: Actor) -> Whose {
        match what {
            What::Call(command) => self.whose_call(command),
            What::Account(AccountCommand::DoNotDisturb { account, .. } | AccountCommand::Register { account }) => {
                self.whose_account(account)
            }
            What::Account(AccountCommand::Test(_)) => Whose::Nothing,
            What::Subscription(
                subscription::Command::Watch { account, .. } | subscription::Command::Unwatch { account, .. },
            ) => self.whose_account(account),
            What::Message(messages::Command::Send { account, .. }) => {
                account.as_ref().map_or(Whose::Nothing, |account| self.whose_account(account))
            }
            What::Agent(command) => match self.staff.user(command.user) {
                Some(user) => Whose::Of(user.user),
                None => Whose::Missing,
            },
            What::Staff(_) => Whose::Shared,
            What::Callback(wish) => self.whose_promise(wish, actor),
            What::Appointment(appointment::Command::Create(_)) => Whose::Nothing,
            What::Appointment(_) | What::Outbox(_) => Whose::Shared,
            What::Campaign(wish) => self.whose_record(wish),
            What::Look(Look::Watch { .. }) | What::Daemon(_) | What::Look(Look::Explain { .. } | Look::Lead(_)) => {
                Whose::Nothing
            }
        }
    }

    fn whose_call(&self, command: &call::Command) -> Whose {
        let calls = match command {
            call::Command::Dial { route, .. } => {
                return route.as_ref().map_or(Whose::Nothing, |route| self.whose_account(route));
            }
            call::Command::Phone(
                call::PhoneCommand::Connect { device } | call::PhoneCommand::Disconnect { device },
            ) => return self.whose_phone(device),
            call::Command::Bridge { first, second } => vec![*first, *second],
            call::Command::Conference(call::ConferenceCommand::Join { calls }) => calls.clone(),
            call::Command::Conference(
                call::ConferenceCommand::Silence { call, .. }
                | call::ConferenceCommand::Split { call }
                | call::ConferenceCommand::Leave { call }
                | call::ConferenceCommand::End { call },
            )
            | call::Command::Transfer(
                call::TransferCommand::Blind { call, .. }
                | call::TransferCommand::Consult { call, .. }
                | call::TransferCommand::Swap { call }
                | call::TransferCommand::Complete { call }
                | call::TransferCommand::Back { call },
            )
            | call::Command::Answer { call }
            | call::Command::Reject { call, .. }
            | call::Command::HangUp { call }
            | call::Command::Hold { call }
            | call::Command::Resume { call }
            | call::Command::Mute { call }
            | call::Command::Unmute { call }
            | call::Command::Dtmf { call, .. }
            | call::Command::Supervise(
                call::SuperviseCommand::Attend { call, .. }
                | call::SuperviseCommand::TakeOver { call, .. }
                | call::SuperviseCommand::Stop { call, .. },
            )
            | call::Command::AdvertConsent { call, .. }
            | call::Command::Record { call, .. } => vec![*call],
        };
        let mut owners = calls.iter().map(|call| self.whose_is(*call));
        let first = owners.next().unwrap_or(Whose::Nothing);
        owners.find(|other| *other != first).unwrap_or(first)
    }

    fn whose_is(&self, call: CallId) -> Whose {
        match self.calls.owner(call) {
            Some(Some(user)) => Whose::Of(user),
            Some(None) => Whose::Shared,
            None => Whose::Missing,
        }
    }

    /// A trunk is there for everybody to dial over; an extension is its person's.
    fn whose_account(&self, account: &AccountName) -> Whose {
        let known = self.config.accounts.get(account);
        match (known.map(|account| account.kind), self.staff.user_of(account)) {
            (None, _) => Whose::Missing,
            (Some(_), Some(user)) => Whose::Of(user.user),
            (Some(crate::config::AccountKind::Extension), None) => Whose::Shared,
            (Some(_), None) => Whose::Nothing,
        }
    }

    /// A desk phone is the person's whose extension talks through it.
    fn whose_phone(&self, device: &DeviceName) -> Whose {
        let Some(phone) = self.config.phones.get(device) else { return Whose::Missing };
        let there = self.config.accounts.values().filter(|account| account.device == *device);
        let mut accounts = there.map(|account| &account.name).chain([&phone.account]);
        accounts.find_map(|account| self.staff.user_of(account)).map_or(Whose::Shared, |user| Whose::Of(user.user))
    }

    /// Whether a change of a user is one of who has which ramal, a right of its own (VZ-16).
    pub(super) fn associates(&self, what: &What) -> bool {
        match what {
            What::Staff(staff::Command::Create(Entry::User(user))) => user.ramal.is_some(),
            What::Staff(staff::Command::Edit(Entry::User(user))) => {
                let now = self.staff.users().find(|other| other.user == user.user);
                now.is_some_and(|now| now.ramal != user.ramal)
            }
            _ => false,
        }
    }

    /// Whether calls of an extension shall ring: one without a person always, else as that person works.
    pub(super) fn takes_calls(&self, account: &AccountName) -> bool {
        self.staff.user_of(account).is_none_or(|user| {
            self.agents.takes_calls(user)
                && self.keeping.work_of(user.user, self.campaigning.campaigns.holds(user.user)).is_none()
        })
    }

    pub(super) fn deltas_for(&self, actor: Actor, deltas: Vec<Delta>) -> Vec<Delta> {
        deltas.into_iter().filter(|delta| access::admits(&self.staff, actor, &delta.audience)).collect()
    }

    /// The live state as far as it concerns somebody: by the same table as what is told.
    pub(super) fn snapshot_for(&self, actor: Actor) -> Snapshot {
        let whole = self.snapshot();
        if actor == Actor::Local {
            return whole;
        }
        let sees = |news: News| access::admits(&self.staff, actor, &self.audience(&news));
        Snapshot {
            seq: whole.seq,
            calls: whole.calls.into_iter().filter(|view| sees(News::Call(view.clone()))).collect(),
            accounts: whole.accounts.into_iter().filter(|view| sees(News::Account(view.clone()))).collect(),
            groups: whole.groups.into_iter().filter(|view| sees(News::Group(view.clone()))).collect(),
            watched: whole.watched.into_iter().filter(|view| sees(News::Watched(view.clone()))).collect(),
            phones: whole.phones.into_iter().filter(|view| sees(phone_news(view))).collect(),
            agents: whole.agents.into_iter().filter(|view| sees(agent_news(view))).collect(),
            supervisions: whole.supervisions.into_iter().filter(|view| sees(supervision_news(view))).collect(),
            entries: whole.entries.into_iter().filter(|entry| sees(entry_news(entry))).collect(),
            alerts: whole.alerts.into_iter().filter(|alert| sees(News::Alert(alert.clone()))).collect(),
            promises: whole.promises.into_iter().filter(|view| sees(promise_news(view))).collect(),
            campaigns: whole.campaigns,
            records: whole.records.into_iter().filter(|view| sees(record_news(view))).collect(),
            totals: if sees(News::Totals(whole.totals)) { whole.totals } else { Default::default() },
        }
    }

    pub(super) fn audience(&self, news: &News) -> Audience {
        let of_call = |call| self.calls.owner(call).flatten();
        let is_staffed = |department| self.staff.staffed_departments().contains(&department);
        access::audience(news, of_call, |account| self.owner_of(account), is_staffed)
    }

    fn owner_of(&self, account: &AccountName) -> Option<UserId> {
        self.staff.user_of(account).map(|user| user.user)
    }
}

fn agent_news(view: &crate::agent::AgentView) -> News {
    News::Staff(StaffNews::Agent(view.clone()))
}

fn record_news(view: &crate::campaign::RecordView) -> News {
    News::Staff(StaffNews::Record(Box::new(view.clone())))
}

fn phone_news(view: &crate::news::PhoneView) -> News {
    News::Staff(StaffNews::Phone(view.clone()))
}

fn supervision_news(view: &crate::news::SupervisionView) -> News {
    News::Staff(StaffNews::Supervision(view.clone()))
}

fn promise_news(view: &crate::callback::PromiseView) -> News {
    News::Staff(StaffNews::Promise(view.clone()))
}

fn entry_news(entry: &Entry) -> News {
    News::Staff(StaffNews::Kept(entry.clone()))
}
