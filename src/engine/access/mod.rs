//! Who may do what to whose object: the one table, asked for every command, every look and everything told.
//!
//! A new command, look or news does not compile before it has its place here.

mod action;
mod told;

use crate::border::{Actor, Refusal, RefusalCode};
use crate::id::UserId;
use crate::staff::{List, Permission, Staff};

pub use action::{Action, Kind};
pub use told::{Audience, audience};

/// Whose an object is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// The action is done to nothing in particular, or to nothing yet.
    Nothing,
    /// Of this person.
    Of(UserId),
    /// There, and nobody's in particular.
    Shared,
    /// There is none: whoever may not see everything learns no more.
    Missing,
}

/// What an action needs, for one's own objects (and for none in particular), and for those of others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Needs {
    own: Need,
    others: Need,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Need {
    /// To be signed in.
    Anybody,
    Holder(Permission),
    /// No person may; the daemon's own socket may.
    Nobody,
}

/// Asks the table.
///
/// # Errors
/// `NotAllowed`, or `NotFound` where the actor may not even know that the object is there.
pub fn allowed(staff: &Staff, actor: Actor, action: Action, whose: Whose) -> Result<(), Refusal> {
    // Whoever may open the daemon's own socket (mode 0600) could as well stop the daemon.
    let Some(user) = actor.user() else { return Ok(()) };
    staff.permissions(user).ok_or_else(|| refuse("you are not signed in any more"))?;
    let meets = |need: Need| match need {
        Need::Anybody => true,
        Need::Holder(permission) => holds(staff, actor, permission),
        Need::Nobody => false,
    };
    let needs = needs(action);
    let own = matches!(whose, Whose::Nothing) || whose == Whose::Of(user);
    if meets(needs.others) || (own && meets(needs.own)) {
        return Ok(());
    }
    match own || (matches!(whose, Whose::Of(_) | Whose::Shared) && meets(sight(action))) {
        true => Err(refuse(&format!("your perfil has no right to {action:?}"))),
        false => Err(Refusal::new(RefusalCode::NotFound, "there is nothing with this id, or it is not yours")),
    }
}

/// Whether somebody is told.
pub fn admits(staff: &Staff, actor: Actor, audience: &Audience) -> bool {
    match actor.user() {
        Some(user) if staff.permissions(user).is_none() => false,
        Some(user) => {
            let is_in = |group| staff.user(user).is_some_and(|user| user.is_in(group));
            audience.admits(user, |permission| holds(staff, actor, permission), is_in)
        }
        None => true,
    }
}

/// A program holds what its person does, within its limits.
fn holds(staff: &Staff, actor: Actor, permission: Permission) -> bool {
    let held = |user| staff.permissions(user).is_some_and(|held| held.contains(&permission));
    match actor {
        Actor::Local => true,
        Actor::User(user) => held(user),
        Actor::Program { user, scopes } => scopes.contains(permission) && held(user),
    }
}

fn refuse(text: &str) -> Refusal {
    Refusal::new(RefusalCode::NotAllowed, text)
}

/// The table.
fn needs(action: Action) -> Needs {
    use Permission as P;
    let only = |permission| Needs { own: Need::Holder(permission), others: Need::Holder(permission) };
    let split = |own, others| Needs { own: Need::Holder(own), others: Need::Holder(others) };
    let own_only = |own| Needs { own: Need::Holder(own), others: Need::Nobody };
    match action {
        Action::Dial => own_only(P::Calls),
        Action::Answer => own_only(P::Calls),
        Action::Reject => split(P::Calls, P::CallsHandleAll),
        Action::HangUp => split(P::Calls, P::CallsHandleAll),
        Action::Handle => own_only(P::Calls),
        Action::Bridge => split(P::Calls, P::CallsHandleAll),
        Action::Conference => split(P::Calls, P::CallsHandleAll),
        Action::Record => own_only(P::RecordingsMake),
        Action::Transfer => split(P::Calls, P::CallsHandleAll),
        Action::Supervise => only(P::CallsListen),
        Action::TakeOver => only(P::CallsTakeOver),
        Action::DoNotDisturb => split(P::Calls, P::Administration),
        Action::Register => only(P::Settings),
        Action::WatchNumbers => own_only(P::Calls),
        Action::SendMessage => own_only(P::Messages),
        Action::Watch => Needs { own: Need::Anybody, others: Need::Anybody },
        Action::Drain | Action::Measure => Needs { own: Need::Nobody, others: Need::Nobody },
        Action::ChooseState => split(P::Calls, P::AgentsChange),
        Action::ChooseQueues => split(P::Calls, P::AgentsChange),
        Action::ChooseDevice => own_only(P::Calls),
        Action::LeavePage => own_only(P::Calls),
        Action::See(Kind::Call) => Needs { own: Need::Anybody, others: Need::Holder(P::CallsSeeAll) },
        Action::See(Kind::History) => Needs { own: Need::Anybody, others: Need::Holder(P::HistorySeeAll) },
        Action::See(Kind::Recording) => split(P::RecordingsHearOwn, P::RecordingsHearAll),
        Action::See(Kind::Agent) => Needs { own: Need::Anybody, others: Need::Holder(P::AgentsSee) },
        Action::See(Kind::User) => Needs { own: Need::Anybody, others: Need::Holder(P::UsersList) },
        Action::See(Kind::Perfil) => only(P::UsersList),
        // Agents choose from them.
        Action::See(Kind::Queue | Kind::Item(_) | Kind::Sound) => Needs { own: Need::Anybody, others: Need::Anybody },
        Action::See(Kind::Account) => Needs { own: Need::Anybody, others: Need::Holder(P::Administration) },
        Action::See(Kind::Contact) => only(P::ContactsSee),
        Action::See(Kind::Case) => split(P::Calls, P::CasesAll),
        Action::See(Kind::Audit) => only(P::AuditSee),
        Action::See(Kind::Callback) => split(P::CallbacksSee, P::CallbacksAll),
        Action::See(Kind::Schedule) => only(P::CallbacksSee),
        Action::See(Kind::Appointment) => only(P::Appointments),
        // Agents see which there are, and take part.
        Action::See(Kind::Campaign) => Needs { own: Need::Anybody, others: Need::Anybody },
        Action::TakePart => own_only(P::Campaigns),
        Action::Steer => only(P::CampaignsSteer),
        Action::See(Kind::Suppression) => only(P::DoNotCall),
        Action::KeepPromise => own_only(P::Calls),
        Action::Reassign => only(P::CallbacksAll),
        Action::Create(Kind::Callback) => split(P::CallbacksCreate, P::CallbacksAll),
        Action::Delete(Kind::Callback) => split(P::CallbacksCancel, P::CallbacksAll),
        Action::Explain => Needs { own: Need::Anybody, others: Need::Anybody },
        Action::Export => only(P::HistoryExport),
        Action::Create(kind) => only(keeper(kind, P::UsersCreate, P::ReasonsCreate)),
        Action::Edit(kind) => match kind {
            Kind::Case => split(P::Calls, P::CasesAll),
            Kind::Callback => split(P::CallbacksEdit, P::CallbacksAll),
            kind => only(keeper(kind, P::UsersEdit, P::ReasonsEdit)),
        },
        Action::Delete(kind) => only(keeper(kind, P::UsersEdit, P::ReasonsDelete)),
        Action::Associate => only(P::UsersAssociate),
        Action::Import => only(P::ContactsImport),
        Action::Settings => only(P::Settings),
    }
}

/// Who administers a kind of thing; of users and pause reasons each verb is its own permission (VZ-16).
fn keeper(kind: Kind, users: Permission, reasons: Permission) -> Permission {
    match kind {
        Kind::User => users,
        Kind::Item(List::PauseReason) => reasons,
        Kind::Contact => Permission::ContactsEdit,
        Kind::Case => Permission::CasesAll,
        Kind::Sound => Permission::Settings,
        Kind::Callback => Permission::CallbacksAll,
        Kind::Appointment => Permission::Appointments,
        Kind::Suppression => Permission::DoNotCall,
        // Whoever may send somebody into a break plans them.
        Kind::Item(List::Shift) => Permission::AgentsChange,
        Kind::Item(List::Disposition | List::Department | List::Location)
        | Kind::Perfil
        | Kind::Queue
        | Kind::Schedule
        | Kind::Campaign
        | Kind::Account
        | Kind::Agent
        | Kind::Call
        | Kind::History
        | Kind::Recording
        | Kind::Audit => Permission::Administration,
    }
}

/// Who may know that such an object of somebody else is there at all.
fn sight(action: Action) -> Need {
    match action.to_what() {
        Some(kind) => needs(Action::See(kind)).others,
        None => Need::Anybody,
    }
}

#[cfg(test)]
mod tests;
