//! Who is registered where: extensions and trunks, grouped by registrar (SP-01, SP-03, SP-09).
//!
//! How to drive it: after every `configure`, `on_*` or command take the orders with [`Registrations::poll_order`] until `None`;
//! call [`Registrations::on_timeout`] when [`Registrations::poll_timeout`] has come. Requests go out through whoever owns
//! the transactions, and their answers come back with the [`Request`] they were sent for.
//!
//! One event costs a few map steps, whatever the number of extensions. Only a new configuration looks at all of them.

mod answer;
mod binding;
mod group;
mod pace;
mod probe;
mod reload;
mod request;
mod rounds;
mod route;
mod trust;

pub(crate) use pace::Pace;

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use self::binding::{Binding, Step};
use self::group::Group;
use crate::border::Flow;
use crate::config::{Account, AccountName, Destination, GroupName, Target};
use crate::id::ConnectionId;
use crate::news::{Alert, GroupView, RegistrationState, RegistrationView};
use crate::random::Random;
use crate::sip::auth::AuthClient;
use crate::sip::message::Message;
use crate::sip::ua::{Outgoing, SendFailure};
use crate::sip::uri::{NameAddr, Transport, Uri};
use crate::time::{Moment, Now, Timers};

/// All groups and all accounts.
#[derive(Debug, Default)]
pub struct Registrations {
    groups: BTreeMap<GroupName, Group>,
    accounts: BTreeMap<AccountName, Listed>,
    bindings: BTreeMap<BindingId, Binding>,
    last_id: u64,
    timers: Timers<Timer>,
    orders: VecDeque<Order>,
    /// The daemon is leaving: nothing registers any more.
    closing: bool,
}

/// One registration over its life; an account that moves gets a new one while the old one leaves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct BindingId(pub(crate) u64);

/// What a transaction of this room was for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    Register { binding: BindingId, cseq: u32 },
    Probe { group: GroupName, number: u64 },
}

/// What this room wants done.
#[derive(Clone, PartialEq, Debug)]
pub enum Order {
    Send {
        who: Request,
        outgoing: Box<Outgoing>,
    },
    /// The addresses are wanted back by [`Registrations::on_resolved`].
    Resolve(Destination),
    /// The flow is wanted back by [`Registrations::on_opened`].
    Reach {
        target: Target,
        local: Option<IpAddr>,
    },
    /// [`Registrations::view`] of it changed: to be told and stored.
    AccountChanged(AccountName),
    /// It left the configuration.
    AccountGone(AccountName),
    /// [`Registrations::group_view`] of it changed. While a group is down its accounts count as waiting, untold one by one.
    GroupChanged(GroupName),
    Alert(Alert),
}

/// A configured account; trunks by address have no binding.
#[derive(Debug)]
struct Listed {
    account: Arc<Account>,
    binding: Option<BindingId>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    /// The group's next question, or the end of its patience; of a group that is asked nothing, the next try to reach it.
    Probe(GroupName),
    /// The next slot of the group's pace.
    Slot(GroupName),
    /// Refresh, or another attempt.
    Next(BindingId),
    /// The registrar's grant is used up.
    Expiry(BindingId),
}

impl Registrations {
    /// Nothing configured yet.
    pub fn new() -> Registrations {
        Registrations::default()
    }

    /// A response to a request of this room, provisional ones too.
    pub fn on_response(&mut self, who: &Request, flow: Flow, response: &Message, now: Now, random: &mut Random) {
        if response.status().is_none_or(|status| status < 200) {
            return;
        }
        match who {
            Request::Probe { group, number } => self.heard(group, flow, Some(*number), now),
            Request::Register { binding: id, cseq } => {
                let Some(group) = self.bindings.get(id).map(|binding| binding.account.group.clone()) else { return };
                self.heard(&group, flow, None, now);
                let was_registered = self.is_registered(*id);
                let step = self.update(*id, |binding, _| binding.on_response(*cseq, flow, response, now, random));
                self.follow(*id, step.unwrap_or(Step::Nothing), was_registered, now, random);
            }
        }
    }

    /// A request of this room that got no answer.
    pub fn on_failed(&mut self, who: &Request, why: &SendFailure, now: Now, random: &mut Random) {
        match who {
            Request::Probe { group, number } => self.on_probe_failed(group, *number, why, now),
            Request::Register { binding: id, cseq } => {
                let step = self.update(*id, |binding, _| binding.on_failed(*cseq, why, now, random));
                if let Some(binding) = self.bindings.get(id) {
                    let group = binding.account.group.clone();
                    self.doubt(&group, now);
                }
                self.follow(*id, step.unwrap_or(Step::Nothing), false, now, random);
            }
        }
    }

    /// Whether `who` is a REGISTER on its way to this group.
    pub fn is_register_at(&self, who: &Request, group: &GroupName) -> bool {
        match who {
            Request::Probe { .. } => false,
            Request::Register { binding, .. } => {
                self.bindings.get(binding).is_some_and(|binding| binding.account.group == *group)
            }
        }
    }

    /// An answer to any other request of ours came over `flow`: that is life too.
    pub fn on_heard(&mut self, flow: Flow, now: Now) {
        let there = |group: &&Group| group.route.flow.is_some_and(|own| own.remote == flow.remote);
        let names: Vec<_> = self.groups.values().filter(there).map(|group| group.config.name.clone()).collect();
        names.iter().for_each(|name| self.heard(name, flow, None, now));
    }

    /// A flow is open: the way of the groups that nobody asks and that lie there.
    pub fn on_opened(&mut self, flow: Flow) {
        for group in self.groups.values_mut().filter(|group| !group.probe.is_probing() && group.route.flow.is_none()) {
            let leads_there = |target: Target| {
                let there = (target.address.ip().to_canonical(), target.address.port());
                (target.transport, there) == (flow.transport, (flow.remote.ip().to_canonical(), flow.remote.port()))
            };
            if group.route.target(&group.config).is_some_and(leads_there) {
                group.route.flow = Some(flow);
            }
        }
    }

    /// A socket or stream is gone: every group that lived on it is down at once.
    pub fn on_connection_lost(&mut self, connection: ConnectionId, now: Now) {
        let on_it = |group: &&Group| group.route.flow.is_some_and(|flow| flow.connection == connection);
        let names: Vec<_> = self.groups.values().filter(on_it).map(|group| group.config.name.clone()).collect();
        names.iter().for_each(|name| self.lose(name, "the connection to the registrar was lost", now));
    }

    /// The addresses of a name, best first; those that could not be resolved keep the addresses they had.
    pub fn on_resolved(&mut self, destination: &Destination, targets: &[Target], now: Now) {
        let mut moved = Vec::new();
        for group in
            self.groups.values_mut().filter(|group| route::destinations(&group.config).any(|d| d == destination))
        {
            if !group.route.learn(&group.config, destination, targets) {
                moved.push(group.config.name.clone());
            }
        }
        moved.iter().for_each(|name| self.lose(name, "the registrar's name leads to another address now", now));
        let waits = |group: &&Group| !group.probe.is_probing() && route::next_destination(&group.config) == destination;
        let waiting: Vec<_> = self.groups.values().filter(waits).map(|group| group.config.name.clone()).collect();
        waiting.iter().for_each(|name| self.reach(name, now));
    }

    /// Register now, whatever the timers say; no sooner than the group's pace allows. False for an account that is
    /// unknown or has nothing to register.
    pub fn register_now(&mut self, account: &AccountName, now: Now, random: &mut Random) -> bool {
        let Some(id) = self.accounts.get(account).and_then(|listed| listed.binding) else { return false };
        self.enqueue(id, now.moment, now, random);
        true
    }

    /// Does what is due, a slice of it when much is: ask [`Registrations::poll_timeout`] again.
    pub fn on_timeout(&mut self, now: Now, random: &mut Random) {
        for _ in 0..SLICE {
            match self.timers.pop_due(now.moment) {
                Some(Timer::Probe(group)) => self.on_probe_due(&group, now),
                Some(Timer::Slot(group)) => self.on_slot(&group, now, random),
                Some(Timer::Next(id)) => self.on_next(id, now, random),
                Some(Timer::Expiry(id)) => self.on_expired(id),
                None => break,
            }
        }
    }

    /// When [`Registrations::on_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    /// What to do next.
    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// The way to an account's registrar, as the last answer came; `None` while the group is down.
    pub fn flow(&self, account: &AccountName) -> Option<Flow> {
        self.groups.get(&self.accounts.get(account)?.account.group)?.flow()
    }

    /// The account's digest state: bound to the realm its REGISTER used, for calls to begin with.
    pub fn auth(&self, account: &AccountName) -> Option<AuthClient> {
        let listed = self.accounts.get(account)?;
        let of_binding = listed.binding.and_then(|id| self.bindings.get(&id)).and_then(Binding::auth);
        of_binding.or_else(|| listed.account.credentials.clone().map(AuthClient::new))
    }

    /// Why [`Registrations::flow`] has none, in words.
    pub fn why_down(&self, account: &AccountName) -> String {
        let group = self.accounts.get(account).and_then(|listed| self.groups.get(&listed.account.group));
        let Some(group) = group else { return "it is not configured".to_owned() };
        let view = group.view();
        match view.last_error {
            Some(why) => format!("{} does not answer: {why}", view.group),
            None => format!("{} has not answered yet", view.group),
        }
    }

    /// The Contact under which the account is reached over its flow.
    pub fn contact(&self, account: &AccountName) -> Option<NameAddr> {
        let flow = self.flow(account)?;
        let user = &self.accounts.get(account)?.account.user;
        let mut uri = Uri::sip(Some(user), crate::sip::uri::Host::Ip(flow.local.ip()));
        uri.port = Some(flow.local.port());
        if flow.transport != Transport::Udp {
            uri.params.set("transport", Some(&flow.transport.as_str().to_ascii_lowercase()));
        }
        Some(NameAddr::new(uri))
    }

    /// A number of the account's PBX, as requests to it are addressed.
    pub fn number_at(&self, account: &AccountName, number: &str) -> Option<Uri> {
        let account = &self.accounts.get(account)?.account;
        let registrar = &self.groups.get(&account.group)?.config.registrar;
        // `#` may not stand in a user part (RFC 3261 §25.1).
        let mut uri = Uri::sip(Some(&number.replace('#', "%23")), account.domain.clone());
        uri.port = registrar.port;
        if registrar.transport != Transport::Udp {
            uri.params.set("transport", Some(&registrar.transport.as_str().to_ascii_lowercase()));
        }
        Some(uri)
    }

    /// The account's address of record, for From.
    pub fn aor(&self, account: &AccountName) -> Option<NameAddr> {
        Some(request::aor(&self.accounts.get(account)?.account))
    }

    /// The account as configured last.
    pub fn account(&self, account: &AccountName) -> Option<&Arc<Account>> {
        Some(&self.accounts.get(account)?.account)
    }

    /// SP-01: state, until when, round trip, last error in words.
    pub fn view(&self, account: &AccountName) -> Option<RegistrationView> {
        let listed = self.accounts.get(account)?;
        let Some(binding) = listed.binding.and_then(|id| self.bindings.get(&id)) else {
            return Some(RegistrationView { state: RegistrationState::NotNeeded, ..RegistrationView::default() });
        };
        let current = |group: &Group| group.probe.is_up() && binding.epoch == Some(group.epoch);
        Some(binding.view(self.groups.get(&listed.account.group).is_some_and(current)))
    }

    pub fn group_view(&self, group: &GroupName) -> Option<GroupView> {
        self.groups.get(group).filter(|group| !group.retired).map(Group::view)
    }

    pub fn group_views(&self) -> impl Iterator<Item = GroupView> {
        self.groups.values().filter(|group| !group.retired).map(Group::view)
    }

    /// Every name that may need resolving.
    pub fn destinations(&self) -> impl Iterator<Item = &Destination> {
        self.groups.values().flat_map(|group| route::destinations(&group.config))
    }
}

/// Timers handled in one call: a machine that slept has thousands due at once, and one call is to cost 1 ms at most.
const SLICE: usize = 64;
