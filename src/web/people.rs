//! Who there is and may do what: a copy of what the engine administers, fed by the hub before anybody is told of a change.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use engine::access::Audience;
use engine::id::{ItemId, QueueId, UserId};
use engine::news::StaffNews;
use engine::staff::{Change, Entry, Group, Permission, Staff, User};

use super::shape::{Id, Me, ids};

#[derive(Debug, Default)]
pub struct People {
    staff: RwLock<Staff>,
}

/// What somebody may do, here and now: less than the person's *perfil* where a program acts with a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rights {
    pub user: UserId,
    pub held: BTreeSet<Permission>,
    pub queues: BTreeSet<QueueId>,
    pub departments: BTreeSet<ItemId>,
}

impl Rights {
    pub fn admits(&self, audience: &Audience) -> bool {
        let is_in = |group| match group {
            Group::Queue(queue) => self.queues.contains(&queue),
            Group::Department(department) => self.departments.contains(&department),
        };
        audience.admits(self.user, |permission| self.held.contains(&permission), is_in)
    }
}

impl People {
    /// All anew.
    pub fn restore(&self, entries: Vec<Entry>) {
        *self.staff.write().unwrap_or_else(PoisonError::into_inner) = Staff::restore(entries);
    }

    pub fn on_news(&self, news: &StaffNews) {
        let change = match news {
            StaffNews::Kept(entry) => Change::Keep(entry.clone()),
            StaffNews::Gone(entry) => Change::Remove(*entry),
            StaffNews::Agent(_) | StaffNews::Phone(_) | StaffNews::Promise(_) => return,
            StaffNews::Record(_) | StaffNews::Campaign(_) => return,
            StaffNews::Supervision(_) | StaffNews::TakenOver { .. } => return,
            StaffNews::Appointment(_) | StaffNews::Reminder { .. } | StaffNews::Letter(_) => return,
        };
        self.staff.write().unwrap_or_else(PoisonError::into_inner).apply(change);
    }

    /// To look something up; not to be held while waiting.
    pub fn staff(&self) -> RwLockReadGuard<'_, Staff> {
        self.staff.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who may sign in under this login.
    pub fn by_login(&self, login: &str) -> Option<User> {
        self.staff().users().find(|user| user.active && user.login.eq_ignore_ascii_case(login)).cloned()
    }

    /// Whether somebody is there who can put everything right.
    pub fn administered(&self) -> bool {
        let staff = self.staff();
        let needed = [Permission::UsersEdit, Permission::Administration];
        let administers = |user: &User| {
            let held = staff.permissions(user.user);
            held.is_some_and(|held| needed.iter().all(|permission| held.contains(permission)))
        };
        staff.users().any(administers)
    }

    /// None: nobody who may sign in. `scopes`: what a program's token is limited to.
    pub fn rights(&self, user: UserId, scopes: Option<&BTreeSet<Permission>>) -> Option<Rights> {
        let staff = self.staff();
        let held = staff.permissions(user)?.clone();
        Some(Rights {
            user,
            queues: staff.user(user)?.queues.clone(),
            departments: staff.user(user)?.departments.clone(),
            held: held.into_iter().filter(|one| scopes.is_none_or(|scopes| scopes.contains(one))).collect(),
        })
    }

    pub fn me(&self, rights: &Rights) -> Option<Me> {
        let staff = self.staff();
        let user = staff.user(rights.user)?;
        let perfil = staff.entries().find_map(|entry| match entry {
            Entry::Perfil(perfil) if perfil.perfil == user.perfil => Some(perfil.name),
            Entry::User(_) | Entry::Perfil(_) | Entry::Queue(_) | Entry::Item(_) => None,
            Entry::Schedule(_) | Entry::Campaign(_) => None,
        });
        Some(Me {
            user: user.user.into(),
            login: user.login.clone(),
            name: user.name.clone(),
            language: user.language.clone(),
            perfil: perfil.unwrap_or_default(),
            permissions: rights.held.iter().map(|permission| permission.name().to_owned()).collect(),
            ramal: user.ramal.as_ref().map(ToString::to_string),
            queues: ids(user.queues.iter().copied()),
            location: user.location.map(Id::from),
        })
    }
}
