//! What a person may be allowed to do, by name (VZ-16).

use serde::{Deserialize, Serialize};

use crate::id::PerfilId;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident $text:literal)*) => {
        /// A permission; its text is what a *perfil* stores and the API shows.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Permission {
            /// All there are, in the order they are shown.
            pub const ALL: &[Permission] = &[$(Permission::$name,)*];

            /// As stored and shown.
            pub fn name(self) -> &'static str {
                match self {
                    $(Permission::$name => $text,)*
                }
            }
        }
    };
}

permissions! {
    /// Dial, answer and handle one's own calls.
    Calls "calls"
    /// See everybody's calls.
    CallsSeeAll "calls.see-all"
    /// Hang up and move everybody's calls.
    CallsHandleAll "calls.handle-all"
    /// Listen to a call, whisper to its agent, join it.
    CallsListen "calls.listen"
    /// Take a call over.
    CallsTakeOver "calls.take-over"
    /// Start, pause and stop the recording of one's own calls.
    RecordingsMake "recordings.make"
    /// Hear the recordings of one's own calls.
    RecordingsHearOwn "recordings.hear-own"
    RecordingsHearAll "recordings.hear-all"
    HistorySeeAll "history.see-all"
    /// Take history away in a file.
    HistoryExport "history.export"
    /// Write text messages.
    Messages "messages"
    ContactsSee "contacts.see"
    ContactsEdit "contacts.edit"
    ContactsImport "contacts.import"
    /// See and edit the cases of others.
    CasesAll "cases.all"
    /// See what everybody is doing.
    AgentsSee "agents.see"
    /// Change somebody else's state.
    AgentsChange "agents.change"
    /// See the callbacks of one's own and of one's queues, and escalas (CB-02).
    CallbacksSee "callbacks.see"
    CallbacksCreate "callbacks.create"
    CallbacksEdit "callbacks.edit"
    CallbacksCancel "callbacks.cancel"
    /// The same for everybody's: the board, handing them on.
    CallbacksAll "callbacks.all"
    /// Take part in campaigns (GN-01).
    Campaigns "campaigns"
    /// Start, pause and stop campaigns, and bring leads.
    CampaignsSteer "campaigns.steer"
    /// *Agendamentos* (AG-07).
    Appointments "appointments"
    /// Keep the do-not-call lists.
    DoNotCall "do-not-call"
    UsersList "users.list"
    UsersCreate "users.create"
    UsersEdit "users.edit"
    /// Associate a user with a ramal, and dissociate.
    UsersAssociate "users.associate"
    ReasonsList "reasons.list"
    ReasonsCreate "reasons.create"
    ReasonsEdit "reasons.edit"
    ReasonsDelete "reasons.delete"
    /// Perfis, queues, lists, extensions.
    Administration "administration"
    /// General settings: reload, registration, drain.
    Settings "settings"
    /// The audit log.
    AuditSee "audit.see"
}

/// A small set of permissions: what a program is limited to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(u64);

impl Scopes {
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & Scopes::bit(permission) != 0
    }

    fn bit(permission: Permission) -> u64 {
        1 << permission as u32
    }
}

impl FromIterator<Permission> for Scopes {
    fn from_iter<T: IntoIterator<Item = Permission>>(all: T) -> Scopes {
        Scopes(all.into_iter().fold(0, |bits, one| bits | Scopes::bit(one)))
    }
}

/// A *perfil* that every installation has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Builtin {
    Agent,
    Supervisor,
    Administrator,
    Auditor,
}

impl Builtin {
    pub const ALL: [Builtin; 4] = [Builtin::Agent, Builtin::Supervisor, Builtin::Administrator, Builtin::Auditor];

    /// The id of its *perfil*, the same in every installation.
    pub fn id(self) -> PerfilId {
        PerfilId(match self {
            Builtin::Agent => 1,
            Builtin::Supervisor => 2,
            Builtin::Administrator => 3,
            Builtin::Auditor => 4,
        })
    }

    /// What it allows.
    pub fn permissions(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.allows(*permission))
    }

    fn allows(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::Calls | P::RecordingsMake | P::Messages | P::ContactsEdit => self != Builtin::Auditor,
            P::CallbacksCreate | P::CallbacksEdit | P::CallbacksCancel | P::Campaigns => self != Builtin::Auditor,
            P::RecordingsHearOwn | P::ContactsSee | P::ReasonsList | P::CallbacksSee => true,
            P::CallsSeeAll | P::RecordingsHearAll | P::HistorySeeAll | P::HistoryExport | P::AgentsSee => {
                self != Builtin::Agent
            }
            P::UsersList => self != Builtin::Agent,
            P::CallbacksAll
            | P::CampaignsSteer
            | P::DoNotCall
            | P::CallsHandleAll
            | P::CallsListen
            | P::CallsTakeOver
            | P::CasesAll
            | P::AgentsChange => {
                matches!(self, Builtin::Supervisor | Builtin::Administrator)
            }
            P::Appointments
            | P::ContactsImport
            | P::UsersCreate
            | P::UsersEdit
            | P::UsersAssociate
            | P::ReasonsCreate
            | P::ReasonsEdit
            | P::ReasonsDelete
            | P::Administration
            | P::Settings => self == Builtin::Administrator,
            P::AuditSee => matches!(self, Builtin::Auditor | Builtin::Administrator),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_has_no_right_over_others_and_an_auditor_changes_nothing() {
        let agent: Vec<_> = Builtin::Agent.permissions().map(Permission::name).collect();
        assert!(agent.iter().all(|name| !name.ends_with("-all") && !name.starts_with("users")), "{agent:?}");
        let auditor: Vec<_> = Builtin::Auditor.permissions().collect();
        assert!(!auditor.contains(&Permission::Calls) && auditor.contains(&Permission::AuditSee));
        assert_eq!(Builtin::Administrator.permissions().count(), Permission::ALL.len());
    }
}
