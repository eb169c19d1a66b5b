//! Who is told what.

use serde::{Deserialize, Serialize};

use crate::appointment::To;
use crate::callback;
use crate::id::{CallId, ItemId, UserId};
use crate::news::{Alert, News, StaffNews};
use crate::staff::{Entry, EntryId, Group, Permission};

/// Who is told: people by whose it is and what they may see; the daemon's own socket is told everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Whoever is signed in.
    Everyone,
    /// Its owner, and who has the permission.
    Owner { user: Option<UserId>, others: Permission },
    /// This person.
    Only(Option<UserId>),
    /// Who is to keep a promise, as far as one may see any; and who sees everybody's.
    Promise(callback::Owner),
    /// The people of a department; of one with nobody in it, who makes appointments.
    Department { department: ItemId, is_staffed: bool },
}

impl Audience {
    /// Whether it includes a person who holds these permissions and is in these queues and departments.
    pub fn admits(&self, user: UserId, holds: impl Fn(Permission) -> bool, is_in: impl Fn(Group) -> bool) -> bool {
        match self {
            Audience::Everyone => true,
            Audience::Only(one) => *one == Some(user),
            Audience::Owner { user: owner, others } => *owner == Some(user) || holds(*others),
            Audience::Promise(owner) => {
                let own = match owner {
                    callback::Owner::Person(person) => *person == user,
                    callback::Owner::Queue(queue) => is_in(Group::Queue(*queue)),
                };
                holds(Permission::CallbacksAll) || (own && holds(Permission::CallbacksSee))
            }
            Audience::Department { department, is_staffed: true } => is_in(Group::Department(*department)),
            Audience::Department { is_staffed: false, .. } => holds(Permission::Appointments),
        }
    }
}

/// The table of what is told. `of_call` and `of_account` say whose they are, `is_staffed` whether anybody is in a department.
pub fn audience(
    news: &News,
    of_call: impl Fn(CallId) -> Option<UserId>,
    of_account: impl Fn(&crate::config::AccountName) -> Option<UserId>,
    is_staffed: impl Fn(ItemId) -> bool,
) -> Audience {
    let owner = |user, others| Audience::Owner { user, others };
    match news {
        News::Call(view) | News::CallEnded(view) => owner(view.user, Permission::CallsSeeAll),
        News::Digit { call, .. } | News::Quality { call, .. } => owner(of_call(*call), Permission::CallsSeeAll),
        News::Account(view) => owner(of_account(&view.account), Permission::Administration),
        News::AccountGone(account) => owner(of_account(account), Permission::Administration),
        News::Group(_) | News::Totals(_) => owner(None, Permission::Administration),
        // Lamps are there to be seen by whoever transfers.
        News::Watched(_) => Audience::Everyone,
        News::Message(view) => owner(of_account(&view.account), Permission::Administration),
        News::Staff(news) => staff(news, of_account, is_staffed),
        News::Alert(alert) => self::alert(alert, of_call, of_account),
    }
}

fn staff(
    news: &StaffNews,
    of_account: impl Fn(&crate::config::AccountName) -> Option<UserId>,
    is_staffed: impl Fn(ItemId) -> bool,
) -> Audience {
    match news {
        StaffNews::Phone(view) => Audience::Owner { user: of_account(&view.account), others: Permission::AgentsSee },
        StaffNews::Supervision(view) => Audience::Owner { user: view.supervisor, others: Permission::CallsListen },
        StaffNews::TakenOver { call, .. } => Audience::Only(call.user),
        StaffNews::Agent(view) => Audience::Owner { user: Some(view.user), others: Permission::AgentsSee },
        StaffNews::Kept(Entry::User(user)) => Audience::Owner { user: Some(user.user), others: Permission::UsersList },
        StaffNews::Gone(EntryId::User(user)) => Audience::Owner { user: Some(*user), others: Permission::UsersList },
        // What is in one's own perfil changes what one may do.
        StaffNews::Kept(
            Entry::Perfil(_) | Entry::Queue(_) | Entry::Item(_) | Entry::Schedule(_) | Entry::Campaign(_),
        )
        | StaffNews::Gone(
            EntryId::Perfil(_) | EntryId::Queue(_) | EntryId::Item(_) | EntryId::Schedule(_) | EntryId::Campaign(_),
        ) => Audience::Everyone,
        StaffNews::Promise(view) => Audience::Promise(view.promise.terms.owner),
        StaffNews::Record(view) => Audience::Owner { user: view.user, others: Permission::CampaignsSteer },
        // How many take part and how it goes; no lead is in it.
        StaffNews::Campaign(_) => Audience::Everyone,
        StaffNews::Reminder { to: To::Person(user), .. } => Audience::Only(Some(*user)),
        StaffNews::Reminder { to: To::Department(department), .. } => {
            Audience::Department { department: *department, is_staffed: is_staffed(*department) }
        }
        StaffNews::Appointment(_) | StaffNews::Letter(_) => {
            Audience::Owner { user: None, others: Permission::Appointments }
        }
    }
}

fn alert(
    alert: &Alert,
    of_call: impl Fn(CallId) -> Option<UserId>,
    of_account: impl Fn(&crate::config::AccountName) -> Option<UserId>,
) -> Audience {
    let (user, others) = match alert {
        Alert::RegistrationLost { account, .. } => (of_account(account), Permission::Administration),
        Alert::PhoneLost { account, .. } => (of_account(account), Permission::AgentsSee),
        Alert::ForgottenHold { call, .. } | Alert::NotRecorded { call, .. } => {
            (of_call(*call), Permission::CallsSeeAll)
        }
        Alert::RecordingIncomplete { call, .. } => (of_call(*call), Permission::RecordingsHearAll),
        Alert::PauseOverLimit { user, .. } | Alert::BreakOverdue { user, .. } => (Some(*user), Permission::AgentsSee),
        Alert::NobodySignedIn { .. } => (None, Permission::AgentsSee),
        Alert::Promise(alert) => return Audience::Promise(alert.owner),
        Alert::Letter(_) => (None, Permission::Appointments),
        Alert::DialingHeld { .. } | Alert::NotReturned { .. } => (None, Permission::CallbacksAll),
        Alert::Over(alert) => return self::alert(alert, of_call, of_account),
        Alert::GroupDown { .. }
        | Alert::GroupUp { .. }
        | Alert::StoreFailing { .. }
        | Alert::StoreWorks
        | Alert::ClockNotSynchronised
        | Alert::DiskLow { .. }
        | Alert::NoMediaPorts
        | Alert::NoRecordings { .. }
        | Alert::RecordingsWork => (None, Permission::Administration),
    };
    Audience::Owner { user, others }
}

#[cfg(test)]
mod tests;
