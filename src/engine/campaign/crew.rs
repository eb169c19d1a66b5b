//! Who takes part in a campaign, and who of them is free for its records (GN-01, GN-03, GN-07).

use std::collections::BTreeMap;

use crate::id::UserId;

#[derive(Debug, Default)]
pub(super) struct Crew {
    members: BTreeMap<UserId, Member>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Member {
    /// Records come; not after *Concluído e interrompido*.
    wants: bool,
    /// A record was asked for, and none came yet (preview).
    asks: bool,
    free: bool,
}

impl Crew {
    /// Takes part; what was chosen before stays.
    pub fn join(&mut self, user: UserId, free: bool) {
        self.members.entry(user).or_insert(Member { wants: true, asks: false, free });
    }

    pub fn leave(&mut self, user: UserId) -> bool {
        self.members.remove(&user).is_some()
    }

    pub fn ask(&mut self, user: UserId) {
        if let Some(member) = self.members.get_mut(&user) {
            (member.wants, member.asks) = (true, true);
        }
    }

    pub fn stop(&mut self, user: UserId) {
        if let Some(member) = self.members.get_mut(&user) {
            (member.wants, member.asks) = (false, false);
        }
    }

    /// Whether anything changed by it.
    pub fn is_free(&mut self, user: UserId, free: bool) -> bool {
        self.members.get_mut(&user).is_some_and(|member| std::mem::replace(&mut member.free, free) != free)
    }

    /// Whether records are to come to this person.
    pub fn wants(&self, user: UserId) -> bool {
        self.members.get(&user).is_some_and(|member| member.wants)
    }

    /// How many records could be offered at once.
    pub fn ready(&self) -> usize {
        self.members.values().filter(|member| member.wants && member.free).count()
    }

    /// The next who asked for a record and is free.
    pub fn next_who_asks(&mut self) -> Option<UserId> {
        let (user, member) = self.members.iter_mut().find(|(_, member)| member.asks && member.free)?;
        member.asks = false;
        Some(*user)
    }

    pub fn all(&self) -> impl Iterator<Item = UserId> {
        self.members.keys().copied()
    }
}
