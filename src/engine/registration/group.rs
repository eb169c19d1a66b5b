//! One registrar with everyone who registers there (SP-03).

use std::collections::{BTreeMap, BTreeSet};

use super::BindingId;
use super::pace::{Pace, Queue};
use super::probe::Probe;
use super::request::Identity;
use super::route::{self, Route};
use crate::border::Flow;
use crate::config::{self, Account, AccountKind, AccountName};
use crate::news::GroupView;
use crate::random::Random;
use crate::sip::ua::{NextHop, Outgoing};

/// A group at work.
#[derive(Debug)]
pub(super) struct Group {
    pub config: config::Group,
    pub probe: Probe,
    pub route: Route,
    pub queue: Queue,
    pub pace: Pace,
    pub roll: Roll,
    /// How often everything had to be registered anew; a binding of an older epoch is taken for lost.
    pub epoch: u64,
    /// Bindings of this epoch that are registered.
    pub registered: u32,
    /// Those whose unregistering is under way.
    pub leaving: BTreeSet<BindingId>,
    pub last_error: Option<String>,
    /// No longer configured: kept for those who are leaving.
    pub retired: bool,
    /// Of the OPTIONS requests.
    pub identity: Identity,
}

impl Group {
    pub fn new(config: config::Group, random: &mut Random) -> Group {
        Group {
            probe: Probe::new(config.probe),
            route: Route::default(),
            queue: Queue::default(),
            pace: Pace::new(config.registrations_per_second),
            roll: Roll::default(),
            epoch: 0,
            registered: 0,
            leaving: BTreeSet::new(),
            last_error: None,
            retired: false,
            identity: Identity { call_id: random.token(100), tag: random.token(40), cseq: 0 },
            config,
        }
    }

    /// Takes a changed configuration over. True when the registrar is now somewhere else.
    pub fn change(&mut self, config: &config::Group) -> bool {
        let place = |config: &config::Group| (route::destinations(config).cloned().collect::<Vec<_>>(), config.local);
        let moved = place(&self.config) != place(config) || self.config.probe != config.probe;
        if moved {
            self.probe = Probe::new(config.probe);
            self.route = Route::default();
        }
        self.pace.set_rate(config.registrations_per_second);
        self.config = config.clone();
        self.retired = false;
        moved
    }

    /// A request of `account` to this registrar.
    pub fn outgoing(&mut self, request: crate::sip::message::Message, account: &Account) -> Outgoing {
        let next: NextHop = self.route.next_hop(&self.config);
        Outgoing { request, next, local: self.config.local, contact_user: Some(account.user.clone()) }
    }

    /// The flow that calls may use.
    pub fn flow(&self) -> Option<Flow> {
        self.route.flow.filter(|_| self.probe.is_up())
    }

    pub fn view(&self) -> GroupView {
        GroupView {
            group: self.config.name.clone(),
            up: self.probe.is_up(),
            registered: self.registered,
            accounts: self.roll.len(),
            round_trip_ms: self.probe.round_trip().map(|span| span.as_secs_f32() * 1000.0),
            last_error: self.last_error.clone(),
        }
    }
}

/// Whose user parts are at home here.
#[derive(Clone, Debug, Default)]
pub(super) struct Roll {
    by_user: BTreeMap<String, AccountName>,
    by_address: BTreeSet<AccountName>,
    by_registration: BTreeSet<AccountName>,
}

impl Roll {
    pub fn add(&mut self, account: &Account) {
        self.by_user.insert(account.user.clone(), account.name.clone());
        match account.kind {
            AccountKind::Extension => false,
            AccountKind::RegisteredTrunk => self.by_registration.insert(account.name.clone()),
            AccountKind::AddressedTrunk => self.by_address.insert(account.name.clone()),
        };
    }

    pub fn remove(&mut self, account: &Account) {
        if self.by_user.get(&account.user) == Some(&account.name) {
            self.by_user.remove(&account.user);
        }
        self.by_address.remove(&account.name);
        self.by_registration.remove(&account.name);
    }

    /// The account of this user part.
    pub fn at(&self, user: &str) -> Option<&AccountName> {
        self.by_user.get(user)
    }

    /// Who takes what is for nobody in particular: a trunk by address; the trunk by registration where there is one only.
    pub fn anyone(&self) -> Option<&AccountName> {
        let lone = self.by_registration.first().filter(|_| self.by_registration.len() == 1);
        self.by_address.first().or(lone)
    }

    /// The one in whose name the probe asks.
    pub fn prober(&self) -> Option<&AccountName> {
        self.by_user.values().next()
    }

    pub fn len(&self) -> u32 {
        u32::try_from(self.by_user.len()).unwrap_or(u32::MAX)
    }

    pub fn is_empty(&self) -> bool {
        self.by_user.is_empty()
    }
}
