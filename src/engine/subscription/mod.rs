//! What extensions watch at their PBX: the lamps of other extensions (BLF, RFC 4235) and their own mailbox (RFC 3842).
//!
//! A watch begins when its extension is registered, is lost with its group and comes back at the group's pace, as
//! registrations do (SP-03), and is unsubscribed at the drain.
//!
//! How to drive it: after every `configure`, `on_*` or command take the orders with [`Subscriptions::poll_order`] until `None`;
//! call [`Subscriptions::on_timeout`] when [`Subscriptions::poll_timeout`] has come.

mod begin;
mod command;
pub mod dialog_info;
mod follow;
pub mod message_summary;
mod retry;
mod turns;
mod unsolicited;
mod watcher;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::config::{AccountName, Config, GroupName};
use crate::id::TransactionId;
use crate::news::{MessageSummary, News, RegistrationState, WatchedView};
use crate::owner::Owner;
use crate::random::Random;
use crate::registration::Registrations;
use crate::sip::message::Message;
use crate::sip::session;
use crate::sip::subscription::{Subscription, key_of};
use crate::sip::ua::{SendFailure, Ua};
use crate::time::{Moment, Now, Timers};

use self::turns::Turns;
use self::watcher::{Home, Key, Phase, Subject, Watcher};

pub use command::{Command, MOST_WATCHED, is_watchable};

/// Everything watched.
#[derive(Debug, Default)]
pub struct Subscriptions {
    watchers: BTreeMap<Key, Watcher>,
    /// Those that watchers have, and those that are being left.
    usages: BTreeMap<SubscriptionId, Usage>,
    /// Call-ID and our tag.
    by_dialog: BTreeMap<(String, String), SubscriptionId>,
    turns: BTreeMap<GroupName, Turns>,
    /// Watched since the start by command, beside what is configured.
    added: BTreeSet<Key>,
    /// Configured, but taken away by command.
    removed: BTreeSet<Key>,
    /// What waits in the mailbox of an account, as last told.
    messages: BTreeMap<AccountName, MessageSummary>,
    timers: Timers<Timer>,
    orders: VecDeque<Order>,
    last_id: u64,
    /// The daemon is leaving: nothing is subscribed to any more.
    closing: bool,
}

/// One subscription over its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SubscriptionId(pub(crate) u64);

/// What this room wants done.
#[derive(Clone, PartialEq, Debug)]
pub enum Order {
    Tell(News),
    /// [`Subscriptions::messages`] of it changed.
    MessagesChanged(AccountName),
}

/// What this room borrows of the others.
#[derive(Debug)]
pub struct Context<'a> {
    pub ua: &'a mut Ua<Owner>,
    pub registrations: &'a Registrations,
    pub config: &'a Config,
    pub now: Now,
    pub random: &'a mut Random,
}

#[derive(Debug)]
struct Usage {
    key: Key,
    /// Whom it was made as, and where.
    home: Home,
    machine: Subscription,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    /// The next slot of the group's pace.
    Slot(GroupName),
    /// Another attempt.
    Again(Key),
    /// The subscription's own.
    Usage(SubscriptionId),
}

impl Subscriptions {
    /// An answer to a SUBSCRIBE.
    pub fn on_response(
        &mut self,
        id: SubscriptionId,
        request: TransactionId,
        response: &Message,
        cx: &mut Context<'_>,
    ) {
        self.with(id, cx, |machine, inner| machine.on_response(request, response, inner));
    }

    /// A SUBSCRIBE that got no answer.
    pub fn on_failed(&mut self, id: SubscriptionId, request: TransactionId, why: SendFailure, cx: &mut Context<'_>) {
        self.with(id, cx, |machine, inner| machine.on_failed(request, why, inner));
    }

    /// A NOTIFY inside a dialog: false where it is none of ours, and is to be answered elsewhere.
    pub fn on_notify(&mut self, id: TransactionId, notify: &Message, cx: &mut Context<'_>) -> bool {
        let own = key_of(notify).and_then(|key| self.by_dialog.get(&key).copied());
        if let Some(own) = own {
            self.with(own, cx, |machine, inner| machine.on_notify(id, notify, inner));
        }
        own.is_some()
    }

    /// The account is told of anew: where it is registered now, what it watches gets its turn.
    pub fn on_account_changed(&mut self, account: &AccountName, cx: &mut Context<'_>) {
        let idle: Vec<Key> = self.of_account(account, |watcher| matches!(watcher.phase, Phase::Idle));
        idle.into_iter().for_each(|key| self.enqueue(key, cx));
    }

    /// The PBX does not answer: what was subscribed to is taken for lost, and nothing is sent until it is back.
    pub fn on_group_down(&mut self, group: &GroupName, cx: &mut Context<'_>) {
        let there = |key: &Key| cx.config.accounts.get(&key.account).is_some_and(|account| account.group == *group);
        let lost: Vec<_> =
            self.usages.iter().filter(|(_, usage)| usage.home.group == *group).map(|(id, _)| *id).collect();
        lost.into_iter().for_each(|id| self.forget(id));
        if let Some(turns) = self.turns.get_mut(group) {
            turns.waiting.clear();
        }
        self.timers.cancel(&Timer::Slot(group.clone()));
        let keys: Vec<Key> = self.watchers.keys().filter(|key| there(key)).cloned().collect();
        for key in keys {
            self.timers.cancel(&Timer::Again(key.clone()));
            if let Some(watcher) = self.watchers.get_mut(&key) {
                watcher.rest(Phase::Idle);
                let told = watcher.show(None, Some("the PBX does not answer".to_owned()), cx.now.civil);
                self.tell(&key, told);
            }
        }
    }

    /// Unsubscribes from everything, at the groups' pace. For the drain.
    pub fn leave_all(&mut self, cx: &mut Context<'_>) {
        self.closing = true;
        self.turns.values_mut().for_each(|turns| turns.waiting.clear());
        let up: Vec<Key> = self.usages.values().map(|usage| usage.key.clone()).collect();
        up.into_iter().for_each(|key| self.wait_for_turn(key, cx));
    }

    /// Whether nothing is left to unsubscribe, after [`Subscriptions::leave_all`].
    pub fn is_over(&self) -> bool {
        self.closing && self.usages.is_empty()
    }

    /// Does what is due, a slice of it when much is: ask [`Subscriptions::poll_timeout`] again.
    pub fn on_timeout(&mut self, cx: &mut Context<'_>) {
        for _ in 0..SLICE {
            match self.timers.pop_due(cx.now.moment) {
                Some(Timer::Slot(group)) => self.on_slot(&group, cx),
                Some(Timer::Again(key)) => self.enqueue(key, cx),
                Some(Timer::Usage(id)) => self.with(id, cx, |machine, inner| machine.on_timeout(inner)),
                None => break,
            }
        }
    }

    /// When [`Subscriptions::on_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// The lamps, by account and number.
    pub fn views(&self) -> impl Iterator<Item = WatchedView> {
        self.watchers.iter().filter_map(|(key, watcher)| watcher.view(key))
    }

    /// What waits in the mailbox of an account; `None` where nobody has told.
    pub fn messages(&self, account: &AccountName) -> Option<MessageSummary> {
        self.messages.get(account).copied()
    }

    /// Works on one machine, then does what it led to.
    fn with(
        &mut self,
        id: SubscriptionId,
        cx: &mut Context<'_>,
        work: impl FnOnce(&mut Subscription, &mut session::Context<'_, Owner>),
    ) {
        let Some(usage) = self.usages.get_mut(&id) else { return };
        work(&mut usage.machine, &mut inner(id, cx));
        self.follow(id, cx);
    }

    fn of_account(&self, account: &AccountName, wanted: impl Fn(&Watcher) -> bool) -> Vec<Key> {
        let first = Key { account: account.clone(), subject: Subject::Mailbox };
        let own = self.watchers.range(first..).take_while(|(key, _)| key.account == *account);
        own.filter(|(_, watcher)| wanted(watcher)).map(|(key, _)| key.clone()).collect()
    }

    fn tell(&mut self, key: &Key, changed: bool) {
        let view = self.watchers.get(key).filter(|_| changed).and_then(|watcher| watcher.view(key));
        self.orders.extend(view.map(|view| Order::Tell(News::Watched(view))));
    }
}

/// How answers find their way back to one subscription.
fn inner<'a>(id: SubscriptionId, cx: &'a mut Context<'_>) -> session::Context<'a, Owner> {
    session::Context { ua: cx.ua, owner: Owner::Subscription(id), now: cx.now, random: cx.random }
}

fn is_registered(account: &AccountName, cx: &Context<'_>) -> bool {
    cx.registrations.view(account).is_some_and(|view| view.state == RegistrationState::Registered)
}

/// Timers handled in one call, as registrations do.
const SLICE: usize = 64;
