//! What is filled in, and what of it cannot be (AG-05).

use std::fmt;

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::callback::Due;
use crate::id::{ContactId, ItemId, UserId};
use crate::outbox::{Attachment, Destination};

/// A form as it was sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// Person or group, for who reads it.
    pub person: Option<String>,
    pub contact: Option<ContactId>,
    pub department: Option<ItemId>,
    /// Of the department.
    pub agent: Option<UserId>,
    pub action: Action,
    pub comment: String,
    pub message: Option<Message>,
    pub files: Vec<Attachment>,
    /// On the wall in this zone. A time that comes twice is its first.
    pub when: NaiveDateTime,
    pub zone: Tz,
}

/// A form that is possible, but for its neighbours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Terms {
    pub person: Option<String>,
    pub contact: ContactId,
    pub department: ItemId,
    pub agent: Option<UserId>,
    pub action: Action,
    /// Internal: the contact never reads it.
    pub comment: String,
    pub message: Option<Message>,
    pub files: Vec<Attachment>,
    pub due: Due,
}

/// What is done at the time (AG-01).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    OpenCase,
    OpenCaseAndNotify,
    Notify,
}

/// What the contact reads (AG-06).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Message {
    pub to: Destination,
    pub body: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    Person,
    Contact,
    Department,
    Agent,
    Comment,
    Message,
    Files,
    When,
}

/// What is wrong with one field.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{field}: {why}")]
pub struct Fault {
    pub field: Field,
    pub why: Why,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Why {
    #[error("this has to be filled in")]
    Missing,
    #[error("choose the department first")]
    NeedsDepartment,
    #[error("files go with a message; write one")]
    NeedsMessage,
    #[error("a text message takes no files; choose a gateway, or leave them out")]
    NotByText,
    #[error("this action sends nothing to the contact")]
    SendsNothing,
    #[error("this is too long: at most {most} characters, of which accented ones may count twice")]
    TooLong { most: usize },
    #[error("at most {most}")]
    TooMany { most: usize },
    #[error("all together they have more than {most_mib} MiB; take some out")]
    TooHeavy { most_mib: u64 },
    #[error("this time is past")]
    Past,
    #[error("this time is more than {HORIZON_DAYS} days ahead")]
    TooFar,
    #[error("the clocks are put forward that day: this time does not exist")]
    Skipped,
}

impl Action {
    pub fn opens_case(self) -> bool {
        match self {
            Action::OpenCase | Action::OpenCaseAndNotify => true,
            Action::Notify => false,
        }
    }

    pub fn notifies(self) -> bool {
        match self {
            Action::OpenCaseAndNotify | Action::Notify => true,
            Action::OpenCase => false,
        }
    }
}

impl Draft {
    /// All that is wrong with it, field by field.
    pub(super) fn judge(self, now: DateTime<Utc>) -> Result<Terms, Vec<Fault>> {
        let mut faults: Vec<Fault> = self.faults().collect();
        let due = due(self.when, self.zone, now);
        faults.extend(due.err().map(|why| Fault { field: Field::When, why }));
        match (self.contact, self.department, due) {
            (Some(contact), Some(department), Ok(due)) if faults.is_empty() => {
                let Draft { person, agent, action, comment, message, files, .. } = self;
                Ok(Terms { person, contact, department, agent, action, comment, message, files, due })
            }
            _ => Err(faults),
        }
    }

    fn faults(&self) -> impl Iterator<Item = Fault> {
        let person = self.person.as_ref().and_then(|person| too_long(person.chars().count(), MOST_PERSON));
        let found = [
            (Field::Person, person),
            (Field::Contact, self.contact.is_none().then_some(Why::Missing)),
            (Field::Department, self.department.is_none().then_some(Why::Missing)),
            (Field::Agent, (self.agent.is_some() && self.department.is_none()).then_some(Why::NeedsDepartment)),
            (Field::Comment, self.comment_fault()),
            (Field::Message, self.message.as_ref().and_then(|message| self.message_fault(message))),
            (Field::Files, (!self.files.is_empty()).then(|| self.files_fault()).flatten()),
        ];
        found.into_iter().filter_map(|(field, why)| Some(Fault { field, why: why? }))
    }

    fn comment_fault(&self) -> Option<Why> {
        match self.comment.trim().is_empty() {
            true => self.action.opens_case().then_some(Why::Missing),
            false => too_long(self.comment.chars().count(), MOST_COMMENT),
        }
    }

    fn message_fault(&self, message: &Message) -> Option<Why> {
        match (self.action.opens_case(), message.body.trim().is_empty()) {
            (false, _) => Some(Why::SendsNothing),
            (true, true) if self.files.is_empty() => Some(Why::Missing),
            (true, _) => too_long(message.body.len(), message.to.most_bytes()),
        }
    }

    fn files_fault(&self) -> Option<Why> {
        match &self.message {
            _ if !self.action.opens_case() => Some(Why::SendsNothing),
            None => Some(Why::NeedsMessage),
            Some(message) if !message.to.takes_files() => Some(Why::NotByText),
            Some(_) if self.files.len() > MOST_FILES => Some(Why::TooMany { most: MOST_FILES }),
            Some(_) => {
                let size = self.files.iter().fold(0_u64, |sum, file| sum.saturating_add(file.size));
                (size > MOST_MIB_OF_FILES << 20).then_some(Why::TooHeavy { most_mib: MOST_MIB_OF_FILES })
            }
        }
    }
}

fn due(local: NaiveDateTime, zone: Tz, now: DateTime<Utc>) -> Result<Due, Why> {
    match local.signed_duration_since(now.naive_utc()).num_days() {
        days if days < -1 => Err(Why::Past),
        days if days > HORIZON_DAYS => Err(Why::TooFar),
        _ => {
            let at = zone.from_local_datetime(&local).earliest().ok_or(Why::Skipped)?.to_utc();
            if at > now { Ok(Due { at, local, zone }) } else { Err(Why::Past) }
        }
    }
}

fn too_long(length: usize, most: usize) -> Option<Why> {
    (length > most).then_some(Why::TooLong { most })
}

impl Field {
    /// As it is written down.
    pub fn name(self) -> &'static str {
        match self {
            Field::Person => "person",
            Field::Contact => "contact",
            Field::Department => "department",
            Field::Agent => "agent",
            Field::Comment => "comment",
            Field::Message => "message",
            Field::Files => "files",
            Field::When => "when",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Field::Person => "person or group",
            Field::Contact => "contact",
            Field::Department => "department",
            Field::Agent => "agent",
            Field::Comment => "comment",
            Field::Message => "message",
            Field::Files => "files",
            Field::When => "date and time",
        })
    }
}

/// Two years.
const HORIZON_DAYS: i64 = 731;
const MOST_PERSON: usize = 200;
const MOST_COMMENT: usize = 2_000;
/// Of one message.
pub const MOST_FILES: usize = 10;
/// All files of one message: a gateway is handed them in one request.
pub const MOST_MIB_OF_FILES: u64 = 20;
