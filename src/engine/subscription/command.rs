//! What shall be watched: by the configuration, and by command on top of it until the next start.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::border::{Refusal, RefusalCode, Reply};
use crate::config::{AccountKind, AccountName};
use crate::news::{News, WatchedState, WatchedView};

use super::watcher::{Home, Key, Phase, Subject, Watcher};
use super::{Context, Order, Subscriptions, Timer, Usage};

/// A wish about what an extension watches.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    Watch { account: AccountName, numbers: Vec<String> },
    Unwatch { account: AccountName, numbers: Vec<String> },
}

impl Subscriptions {
    /// Carries out a wish, or says why not.
    pub fn on_command(&mut self, command: &Command, cx: &mut Context<'_>) -> Result<Reply, Refusal> {
        let (Command::Watch { account, numbers } | Command::Unwatch { account, numbers }) = command;
        let known = cx.config.accounts.get(account).filter(|known| known.kind == AccountKind::Extension);
        if known.is_none() {
            return Err(Refusal::new(RefusalCode::NoSuchAccount, format!("no extension is called {account}")));
        }
        if let Some(wrong) = numbers.iter().find(|number| !is_watchable(number)) {
            let text = format!("{wrong:?} cannot be watched; 1 to {MOST_LETTERS} letters, digits and + * # . _ -");
            return Err(Refusal::new(RefusalCode::BadRequest, text));
        }
        let keys: BTreeSet<Key> = numbers.iter().map(|number| lamp(account, number)).collect();
        match command {
            Command::Watch { .. } => {
                let own = self.of_account(account, |_| true).into_iter().chain(keys.clone());
                if own.collect::<BTreeSet<_>>().len() > MOST_WATCHED {
                    let text = format!("{account} may watch {MOST_WATCHED} things; take one away first");
                    return Err(Refusal::new(RefusalCode::BadRequest, text));
                }
                self.removed.retain(|key| !keys.contains(key));
                self.added.extend(keys.clone());
            }
            Command::Unwatch { .. } => {
                self.added.retain(|key| !keys.contains(key));
                self.removed.extend(keys.clone());
            }
        }
        self.configure(cx);
        // Who is asked for again is asked about again, though the PBX said no before.
        keys.into_iter().for_each(|key| self.enqueue(key, cx));
        Ok(Reply::Done)
    }

    /// At start and at every reload: what is new gets its turn, what is gone is unsubscribed.
    pub fn configure(&mut self, cx: &mut Context<'_>) {
        let is_there = |key: &Key| cx.config.accounts.contains_key(&key.account);
        self.added.retain(is_there);
        self.removed.retain(is_there);
        let mut wanted: BTreeSet<Key> = self.added.clone();
        for account in cx.config.accounts.values() {
            wanted.extend(account.watch.iter().map(|number| lamp(&account.name, number)));
            let mailbox = Key { account: account.name.clone(), subject: Subject::Mailbox };
            wanted.extend(account.mwi.then_some(mailbox));
        }
        wanted.retain(|key| !self.removed.contains(key));
        let gone: Vec<Key> = self.watchers.keys().filter(|key| !wanted.contains(*key)).cloned().collect();
        gone.iter().for_each(|key| self.remove(key, cx));
        self.leave_moved(cx);
        for key in wanted {
            if !self.watchers.contains_key(&key) {
                self.watchers.insert(key.clone(), Watcher::new());
                self.tell(&key, true);
                self.enqueue(key, cx);
            }
        }
    }

    /// An account that is somebody else now watches anew; its old subscriptions are left.
    fn leave_moved(&mut self, cx: &mut Context<'_>) {
        let at_home = |usage: &Usage| {
            cx.config.accounts.get(&usage.key.account).is_none_or(|account| Home::of(account) == usage.home)
        };
        let moved = self.usages.iter().filter(|(_, usage)| !at_home(usage));
        let moved: Vec<_> = moved.map(|(id, usage)| (*id, usage.key.clone())).collect();
        for (id, key) in moved {
            if let Some(watcher) = self.watchers.get_mut(&key).filter(|watcher| watcher.is_up(id)) {
                watcher.rest(Phase::Idle);
                let told = watcher.show(None, None, cx.now.civil);
                self.tell(&key, told);
            }
            self.with(id, cx, |machine, inner| machine.leave(inner));
        }
    }

    fn remove(&mut self, key: &Key, cx: &mut Context<'_>) {
        self.timers.cancel(&Timer::Again(key.clone()));
        let Some(watcher) = self.watchers.remove(key) else { return };
        if let Phase::Up { id, .. } = watcher.phase {
            self.with(id, cx, |machine, inner| machine.leave(inner));
        }
        match &key.subject {
            Subject::Mailbox => {
                if self.messages.remove(&key.account).is_some() {
                    self.orders.push_back(Order::MessagesChanged(key.account.clone()));
                }
            }
            Subject::Extension(number) => {
                let (account, number) = (key.account.clone(), number.clone());
                let view = WatchedView { account, number, state: WatchedState::Unwatched, since: None, why: None };
                self.orders.push_back(Order::Tell(News::Watched(view)));
            }
        }
    }
}

fn lamp(account: &AccountName, number: &str) -> Key {
    Key { account: account.clone(), subject: Subject::Extension(number.to_owned()) }
}

/// What may be a user part of a PBX's own.
pub fn is_watchable(number: &str) -> bool {
    let fits = |letter: u8| letter.is_ascii_alphanumeric() || b"+*#._-".contains(&letter);
    (1..=MOST_LETTERS).contains(&number.len()) && number.bytes().all(fits)
}

const MOST_LETTERS: usize = 64;
/// Of one extension: the largest key panels have fewer keys.
pub const MOST_WATCHED: usize = 256;
