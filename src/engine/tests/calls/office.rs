//! People in a story: who is hired, what they wish, what they are seen to do.

use std::collections::BTreeSet;

use engine::agent::{self, AgentView};
use engine::border::*;
use engine::call::Command as Wish;
use engine::id::{ItemId, PerfilId, QueueId, UserId};
use engine::news::Snapshot;
use engine::staff::{self, Builtin, Directions, Entry, EntryId, Item, List, Queue, User};

use crate::world::World;

/// A user as they are hired: an agent of ramal 20.
pub fn user(login: &str) -> User {
    User {
        user: UserId(0),
        login: login.to_owned(),
        name: login.to_owned(),
        language: "pt-BR".to_owned(),
        perfil: Builtin::Agent.id(),
        ramal: Some("20".into()),
        location: None,
        queues: BTreeSet::new(),
        departments: BTreeSet::new(),
        directions: Directions::Both,
        active: true,
    }
}

pub fn queue(name: &str, number: &str, wrap_up_s: u32) -> Queue {
    Queue {
        queue: QueueId(0),
        name: name.to_owned(),
        number: number.to_owned(),
        wrap_up_s,
        music: None,
        script: String::new(),
        hours: Vec::new(),
        holidays: BTreeSet::new(),
    }
}

pub fn reason(name: &str, limit_s: Option<u32>) -> Item {
    Item { item: ItemId(0), list: List::PauseReason, name: name.to_owned(), limit_s, nr17: false, shift: None }
}

impl World {
    pub fn command_as(&mut self, user: UserId, what: What) -> Result<Reply, Refusal> {
        let reply = self.shell.command_as(Actor::User(user), what, None, self.now);
        self.collect();
        reply
    }

    pub fn wish_as(&mut self, user: UserId, wish: Wish) -> Result<Reply, Refusal> {
        self.command_as(user, What::Call(wish))
    }

    pub fn create(&mut self, entry: Entry) -> Result<EntryId, Refusal> {
        match self.command(What::Staff(staff::Command::Create(entry)))? {
            Reply::Kept { entry } => Ok(entry),
            other => panic!("not kept: {other:?}"),
        }
    }

    pub fn edit(&mut self, entry: Entry) -> Result<Reply, Refusal> {
        self.command(What::Staff(staff::Command::Edit(entry)))
    }

    #[track_caller]
    pub fn hire(&mut self, user: User) -> UserId {
        match self.create(Entry::User(user)) {
            Ok(EntryId::User(user)) => user,
            other => panic!("not hired: {other:?}"),
        }
    }

    #[track_caller]
    pub fn open_queue(&mut self, queue: Queue) -> QueueId {
        match self.create(Entry::Queue(queue)) {
            Ok(EntryId::Queue(queue)) => queue,
            other => panic!("not opened: {other:?}"),
        }
    }

    #[track_caller]
    pub fn reason(&mut self, item: Item) -> ItemId {
        match self.create(Entry::Item(item)) {
            Ok(EntryId::Item(item)) => item,
            other => panic!("not listed: {other:?}"),
        }
    }

    #[track_caller]
    pub fn perfil(&mut self, name: &str, permissions: &[staff::Permission]) -> PerfilId {
        let permissions = permissions.iter().copied().collect();
        let perfil = staff::Perfil { perfil: PerfilId(0), name: name.to_owned(), builtin: None, permissions };
        match self.create(Entry::Perfil(perfil)) {
            Ok(EntryId::Perfil(perfil)) => perfil,
            other => panic!("no perfil: {other:?}"),
        }
    }

    /// What a person wishes of the own work.
    pub fn work(&mut self, user: UserId, wish: agent::Wish) -> Result<Reply, Refusal> {
        self.command_as(user, What::Agent(agent::Command { user, wish }))
    }

    pub fn agent(&self, user: UserId) -> AgentView {
        let agents = self.shell.engine.snapshot().agents;
        agents.into_iter().find(|agent| agent.user == user).expect("somebody works")
    }

    pub fn user(&self, user: UserId) -> User {
        let entries = self.shell.engine.snapshot().entries;
        let mut users = entries.into_iter().filter_map(|entry| match entry {
            Entry::User(user) => Some(user),
            _ => None,
        });
        users.find(|other| other.user == user).expect("a user")
    }

    /// What a person is shown.
    pub fn seen_by(&mut self, user: UserId) -> Snapshot {
        match self.command_as(user, What::Look(Look::Watch { since: None })) {
            Ok(Reply::Snapshot(snapshot)) => *snapshot,
            other => panic!("nothing is shown: {other:?}"),
        }
    }
}
