//! Who works here and with what rights: users, *perfis*, queues and lists, held whole, changed by commands and kept by the store.
//!
//! A change is checked against everything else ([`check`]), written, and only then in force: rights are durable before they count.

mod check;
mod entry;
mod permission;
mod shift;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::border::{Refusal, RefusalCode};
use crate::callback::Schedule;
use crate::campaign::Campaign;
use crate::config::{AccountName, Config};
use crate::id::{CampaignId, ItemId, PerfilId, QueueId, ScheduleId, UserId};

pub use entry::{Directions, Entry, EntryId, Group, Item, List, Opening, Perfil, Queue, User};
pub use permission::{Builtin, Permission, Scopes};
pub use shift::{Break, OVERDUE_AFTER, Planned, Shift, Workday};

/// A wish about what is administered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// The id in it is ignored; the answer has the new one.
    Create(Entry),
    /// In the place of the one with its id.
    Edit(Entry),
    Delete(EntryId),
}

/// A change that was found right: written first, in force afterwards.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    Keep(Entry),
    Remove(EntryId),
}

/// Everything administered.
#[derive(Debug)]
pub struct Staff {
    users: BTreeMap<UserId, User>,
    perfis: BTreeMap<PerfilId, Perfil>,
    queues: BTreeMap<QueueId, Queue>,
    items: BTreeMap<ItemId, Item>,
    schedules: BTreeMap<ScheduleId, Schedule>,
    campaigns: BTreeMap<CampaignId, Campaign>,
    by_ramal: BTreeMap<AccountName, UserId>,
}

impl Default for Staff {
    /// The built-in *perfis* and nobody.
    fn default() -> Staff {
        let builtin = Builtin::ALL.into_iter().map(|builtin| {
            let perfil = builtin.id();
            let name = format!("{builtin:?}").to_lowercase();
            (perfil, Perfil { perfil, name, builtin: Some(builtin), permissions: builtin.permissions().collect() })
        });
        Staff {
            users: BTreeMap::new(),
            perfis: builtin.collect(),
            queues: BTreeMap::new(),
            items: BTreeMap::new(),
            schedules: BTreeMap::new(),
            campaigns: BTreeMap::new(),
            by_ramal: BTreeMap::new(),
        }
    }
}

impl Staff {
    /// As the store remembers it.
    pub fn restore(entries: Vec<Entry>) -> Staff {
        let mut staff = Staff::default();
        entries.into_iter().for_each(|entry| staff.apply(Change::Keep(entry)));
        // One that was deleted is still in the rows of its people.
        let Staff { users, items, .. } = &mut staff;
        users.values_mut().for_each(|user| user.departments.retain(|own| items.contains_key(own)));
        staff
    }

    /// The change that a wish comes to; `id` is for what is created.
    ///
    /// # Errors
    /// What is wrong with it, by field.
    pub fn judge(&self, command: &Command, id: u64, config: &Config) -> Result<Change, Refusal> {
        match command {
            Command::Create(entry) => self.checked(entry.clone().with_id(id), config),
            Command::Edit(entry) => {
                self.known(entry.id())?;
                self.checked(entry.clone(), config)
            }
            Command::Delete(entry) => {
                self.known(*entry)?;
                self.may_go(*entry).map(|()| Change::Remove(*entry))
            }
        }
    }

    /// A change that was written is in force.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Keep(Entry::User(user)) => {
                self.forget_ramal(user.user);
                if let Some(ramal) = user.ramal.clone().filter(|_| user.active) {
                    self.by_ramal.insert(ramal, user.user);
                }
                self.users.insert(user.user, user);
            }
            Change::Keep(Entry::Perfil(perfil)) => drop(self.perfis.insert(perfil.perfil, perfil)),
            Change::Keep(Entry::Queue(queue)) => drop(self.queues.insert(queue.queue, queue)),
            Change::Keep(Entry::Item(item)) => drop(self.items.insert(item.item, item)),
            Change::Keep(Entry::Schedule(schedule)) => drop(self.schedules.insert(schedule.id, schedule)),
            Change::Keep(Entry::Campaign(campaign)) => drop(self.campaigns.insert(campaign.id, campaign)),
            Change::Remove(EntryId::User(user)) => {
                self.forget_ramal(user);
                self.users.remove(&user);
                self.shifts_mut().for_each(|shift| shift.users.retain(|own| *own != user));
            }
            Change::Remove(EntryId::Perfil(perfil)) => drop(self.perfis.remove(&perfil)),
            Change::Remove(EntryId::Queue(queue)) => {
                self.queues.remove(&queue);
                self.users.values_mut().for_each(|user| user.queues.retain(|own| *own != queue));
            }
            Change::Remove(EntryId::Schedule(schedule)) => drop(self.schedules.remove(&schedule)),
            Change::Remove(EntryId::Campaign(campaign)) => drop(self.campaigns.remove(&campaign)),
            Change::Remove(EntryId::Item(item)) => {
                self.items.remove(&item);
                let there = self.users.values_mut().filter(|user| user.location == Some(item));
                there.for_each(|user| user.location = None);
                self.users.values_mut().for_each(|user| user.departments.retain(|own| *own != item));
            }
        }
    }

    /// Everything, in the order of ids.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        let users = self.users.values().cloned().map(Entry::User);
        let perfis = self.perfis.values().cloned().map(Entry::Perfil);
        let queues = self.queues.values().cloned().map(Entry::Queue);
        let schedules = self.schedules.values().cloned().map(Entry::Schedule);
        let campaigns = self.campaigns.values().cloned().map(Entry::Campaign);
        let items = self.items.values().cloned().map(Entry::Item);
        users.chain(perfis).chain(queues).chain(items).chain(schedules).chain(campaigns)
    }

    /// Departments with somebody in them who may sign in: the others' matters are for whoever makes appointments.
    pub fn staffed_departments(&self) -> BTreeSet<ItemId> {
        self.users.values().filter(|user| user.active).flat_map(|user| user.departments.iter().copied()).collect()
    }

    /// A user who may sign in.
    pub fn user(&self, user: UserId) -> Option<&User> {
        self.users.get(&user).filter(|user| user.active)
    }

    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    pub fn queues(&self) -> impl Iterator<Item = &Queue> {
        self.queues.values()
    }

    pub fn queue(&self, queue: QueueId) -> Option<&Queue> {
        self.queues.get(&queue)
    }

    /// *Escalas* of callbacks.
    pub fn schedules(&self) -> impl Iterator<Item = &Schedule> {
        self.schedules.values()
    }

    pub fn schedule(&self, schedule: ScheduleId) -> Option<&Schedule> {
        self.schedules.get(&schedule)
    }

    pub fn campaigns(&self) -> impl Iterator<Item = &Campaign> {
        self.campaigns.values()
    }

    pub fn campaign(&self, campaign: CampaignId) -> Option<&Campaign> {
        self.campaigns.get(&campaign)
    }

    pub fn item(&self, item: ItemId) -> Option<&Item> {
        self.items.get(&item)
    }

    /// A reason that an agent may pause for.
    pub fn pause_reason(&self, item: ItemId) -> Option<&Item> {
        self.items.get(&item).filter(|item| item.list == List::PauseReason)
    }

    pub fn pause_reasons(&self) -> impl Iterator<Item = &Item> {
        self.items.values().filter(|item| item.list == List::PauseReason)
    }

    /// The list that an item is of.
    pub fn list_of(&self, id: EntryId) -> Option<List> {
        match id {
            EntryId::Item(item) => self.items.get(&item).map(|item| item.list),
            EntryId::User(_) | EntryId::Perfil(_) | EntryId::Queue(_) => None,
            EntryId::Schedule(_) | EntryId::Campaign(_) => None,
        }
    }

    /// What a person may do; nothing for who is unknown or has left.
    pub fn permissions(&self, user: UserId) -> Option<&BTreeSet<Permission>> {
        self.perfis.get(&self.user(user)?.perfil).map(|perfil| &perfil.permissions)
    }

    /// Whose the calls of an extension are.
    pub fn user_of(&self, ramal: &AccountName) -> Option<&User> {
        self.by_ramal.get(ramal).and_then(|user| self.user(*user))
    }

    /// The queue a call of this person came through: the one it was diverted from, or the only one there is.
    pub fn queue_of_call(&self, user: &User, diverted_from: Option<&str>) -> Option<QueueId> {
        let mut own = user.queues.iter().filter_map(|queue| self.queues.get(queue));
        match diverted_from {
            Some(number) => own.find(|queue| queue.number == number).map(|queue| queue.queue),
            None => own.next().filter(|_| user.queues.len() == 1).map(|queue| queue.queue),
        }
    }

    fn shifts_mut(&mut self) -> impl Iterator<Item = &mut Shift> {
        self.items.values_mut().filter_map(|item| item.shift.as_mut())
    }

    fn forget_ramal(&mut self, user: UserId) {
        self.by_ramal.retain(|_, owner| *owner != user);
    }

    fn known(&self, id: EntryId) -> Result<(), Refusal> {
        let known = match id {
            EntryId::User(id) => self.users.contains_key(&id),
            EntryId::Perfil(id) => self.perfis.contains_key(&id),
            EntryId::Queue(id) => self.queues.contains_key(&id),
            EntryId::Item(id) => self.items.contains_key(&id),
            EntryId::Schedule(id) => self.schedules.contains_key(&id),
            EntryId::Campaign(id) => self.campaigns.contains_key(&id),
        };
        let missing =
            || Refusal::new(RefusalCode::NoSuchEntry, "there is nothing with this id; it may have been deleted");
        known.then_some(()).ok_or_else(missing)
    }
}
