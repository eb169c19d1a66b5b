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
    doing: Doing,
}

/// What a person does, as far as work can be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Doing {
    #[default]
    Away,
    /// Can take work at once.
    Free,
    /// Free, and held for some work already.
    Held,
    /// In a call or with a record; `stays`: and free afterwards.
    Busy { stays: bool },
}

impl Doing {
    /// Ready for work, held for some or not.
    fn is_ready(self) -> bool {
        match self {
            Doing::Free | Doing::Held => true,
            Doing::Away | Doing::Busy { .. } => false,
        }
    }
}

impl Crew {
    /// Takes part; what was chosen before stays.
    pub fn join(&mut self, user: UserId, doing: Doing) {
        self.members.entry(user).or_insert(Member { wants: true, asks: false, doing });
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
    pub fn does(&mut self, user: UserId, doing: Doing) -> bool {
        self.members.get_mut(&user).is_some_and(|member| std::mem::replace(&mut member.doing, doing) != doing)
    }

    /// Whether work can come to this person once what is under way is done.
    pub fn comes_back(&self, user: UserId) -> bool {
        self.members.get(&user).is_some_and(|member| match member.doing {
            Doing::Away => false,
            Doing::Free | Doing::Held => member.wants,
            Doing::Busy { stays } => member.wants && stays,
        })
    }

    /// Those to whom a call could be given at once.
    pub fn at_hand(&self) -> impl Iterator<Item = UserId> {
        let free = |(_, member): &(&UserId, &Member)| member.wants && member.doing == Doing::Free;
        self.members.iter().filter(free).map(|(user, _)| *user)
    }

    /// How many take part who want records.
    pub fn team(&self) -> usize {
        self.members.values().filter(|member| member.wants).count()
    }

    /// Whether records are to come to this person.
    pub fn wants(&self, user: UserId) -> bool {
        self.members.get(&user).is_some_and(|member| member.wants)
    }

    /// How many records could be offered at once.
    pub fn ready(&self) -> usize {
        self.members.values().filter(|member| member.wants && member.doing.is_ready()).count()
    }

    /// The next who asked for a record and is free.
    pub fn next_who_asks(&mut self) -> Option<UserId> {
        let (user, member) = self.members.iter_mut().find(|(_, member)| member.asks && member.doing.is_ready())?;
        member.asks = false;
        Some(*user)
    }

    pub fn all(&self) -> impl Iterator<Item = UserId> {
        self.members.keys().copied()
    }
}
