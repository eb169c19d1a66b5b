//! What administrators keep: users, *perfis*, queues, and the lists that both sides choose from.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::callback::Schedule;
use crate::campaign::Campaign;
use crate::config::{AccountName, SoundName};
use crate::id::{CampaignId, ItemId, PerfilId, QueueId, ScheduleId, UserId};

use super::permission::{Builtin, Permission};
use super::shift::Shift;

/// One thing that is administered, whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    User(User),
    Perfil(Perfil),
    Queue(Queue),
    Item(Item),
    /// *Escala* of callbacks (CB-07).
    Schedule(Schedule),
    /// *Campanha* (GN-01).
    Campaign(Campaign),
}

/// Which one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryId {
    User(UserId),
    Perfil(PerfilId),
    Queue(QueueId),
    Item(ItemId),
    Schedule(ScheduleId),
    Campaign(CampaignId),
}

/// A person with a login. Passwords are the shell's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct User {
    pub user: UserId,
    /// Unique, whatever the case of its letters; 1 to 64 bytes.
    pub login: String,
    pub name: String,
    /// `pt-BR` or `en`.
    pub language: String,
    pub perfil: PerfilId,
    /// The extension whose calls are this person's (VZ-13); one person each.
    pub ramal: Option<AccountName>,
    /// An item of the list of locations.
    pub location: Option<ItemId>,
    pub queues: BTreeSet<QueueId>,
    /// Items of the list of departments: reminders of a department go to its people (AG-08).
    #[serde(default)]
    pub departments: BTreeSet<ItemId>,
    pub directions: Directions,
    /// Who left keeps the history and may not sign in.
    pub active: bool,
}

impl User {
    pub fn is_in(&self, group: Group) -> bool {
        match group {
            Group::Queue(queue) => self.queues.contains(&queue),
            Group::Department(department) => self.departments.contains(&department),
        }
    }
}

/// What people are in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    Queue(QueueId),
    Department(ItemId),
}

/// Which calls a person has (VZ-02).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Directions {
    #[default]
    Both,
    /// Receptive only.
    Inbound,
    /// Active only.
    Outbound,
}

/// A named set of permissions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Perfil {
    pub perfil: PerfilId,
    pub name: String,
    /// It always exists, and its permissions are what they are.
    pub builtin: Option<Builtin>,
    pub permissions: BTreeSet<Permission>,
}

/// A group of people; the PBX distributes its calls.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Queue {
    pub queue: QueueId,
    pub name: String,
    /// What the PBX calls it: dialled to transfer there, and known by it when a call comes from there.
    pub number: String,
    /// How long after a call its agent may write, in s; 0: not at all.
    pub wrap_up_s: u32,
    /// For who is held; music in the law's sense, never an advert. None: the profile's.
    pub music: Option<SoundName>,
    /// What the agent reads.
    pub script: String,
    pub hours: Vec<Opening>,
    /// Days on which it is not open, whatever the hours.
    #[serde(default)]
    pub holidays: BTreeSet<NaiveDate>,
}

/// Hours of one weekday, in the installation's zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Opening {
    /// 1 (Monday) to 7.
    pub weekday: u8,
    /// Minutes after midnight.
    pub from: u16,
    /// The same, later than `from`, at most 1,440.
    pub until: u16,
}

/// An entry of a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Item {
    pub item: ItemId,
    pub list: List,
    pub name: String,
    /// Of a pause reason: how long a pause may last, in s (VZ-14).
    pub limit_s: Option<u32>,
    /// Of a pause reason: a rest break of NR-17 (VZ-15).
    pub nr17: bool,
    /// Of a shift, which has one (VZ-15).
    #[serde(default)]
    pub shift: Option<Shift>,
}

/// Which list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    /// *Motivos* of type *Pausa*.
    PauseReason,
    /// *Tabulação*.
    Disposition,
    Department,
    /// *Localidade*.
    Location,
    /// *Turno*: who works and rests when.
    Shift,
}

impl Entry {
    pub fn id(&self) -> EntryId {
        match self {
            Entry::User(user) => EntryId::User(user.user),
            Entry::Perfil(perfil) => EntryId::Perfil(perfil.perfil),
            Entry::Queue(queue) => EntryId::Queue(queue.queue),
            Entry::Item(item) => EntryId::Item(item.item),
            Entry::Schedule(schedule) => EntryId::Schedule(schedule.id),
            Entry::Campaign(campaign) => EntryId::Campaign(campaign.id),
        }
    }

    /// The same under another id: what is created has none yet.
    pub fn with_id(self, id: u64) -> Entry {
        match self {
            Entry::User(user) => Entry::User(User { user: UserId(id), ..user }),
            Entry::Perfil(perfil) => Entry::Perfil(Perfil { perfil: PerfilId(id), ..perfil }),
            Entry::Queue(queue) => Entry::Queue(Queue { queue: QueueId(id), ..queue }),
            Entry::Item(item) => Entry::Item(Item { item: ItemId(id), ..item }),
            Entry::Schedule(schedule) => Entry::Schedule(Schedule { id: ScheduleId(id), ..schedule }),
            Entry::Campaign(campaign) => Entry::Campaign(Campaign { id: CampaignId(id), ..campaign }),
        }
    }
}
