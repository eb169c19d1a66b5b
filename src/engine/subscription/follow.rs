//! What a subscription told or why it ended, carried to its watcher.

use std::time::Duration;

use bytes::Bytes;

use crate::sip::subscription::{End, Event};

use super::dialog_info::{Document, Told};
use super::retry::{self, Next};
use super::watcher::{Key, Phase, Subject};
use super::{Context, Order, SubscriptionId, Subscriptions, Timer, inner, message_summary};

impl Subscriptions {
    /// Takes out what one machine has to say, and sets its timer.
    pub(super) fn follow(&mut self, id: SubscriptionId, cx: &mut Context<'_>) {
        while let Some(usage) = self.usages.get_mut(&id) {
            let key = usage.key.clone();
            match usage.machine.poll_event() {
                Some(Event::Notified { body }) => self.on_notified(id, &key, body, cx),
                Some(Event::Ended(why)) => self.on_ended(id, &key, &why, cx),
                None => {
                    match usage.machine.poll_timeout() {
                        Some(at) => self.timers.set(Timer::Usage(id), at),
                        None => self.timers.cancel(&Timer::Usage(id)),
                    }
                    return;
                }
            }
        }
    }

    fn on_notified(&mut self, id: SubscriptionId, key: &Key, body: Option<Bytes>, cx: &mut Context<'_>) {
        // A pending subscription tells nothing yet.
        let Some(body) = body else { return };
        match &key.subject {
            Subject::Mailbox => {
                if let Some(summary) = message_summary::read(&body) {
                    self.keep_messages(&key.account, summary);
                }
            }
            Subject::Extension(_) => self.on_dialogs(id, key, &body, cx),
        }
    }

    fn on_dialogs(&mut self, id: SubscriptionId, key: &Key, body: &[u8], cx: &mut Context<'_>) {
        let Some(watcher) = self.watchers.get_mut(key).filter(|watcher| watcher.is_up(id)) else { return };
        let (told, state, why) = match Document::read(body) {
            Ok(document) => {
                let told = watcher.table().take(document);
                (told, Some(watcher.table().lamp()), None)
            }
            Err(why) => (Told::All, None, Some(why.to_string())),
        };
        let changed = watcher.show(state, why, cx.now.civil);
        self.tell(key, changed);
        if told == Told::Gap
            && let Some(usage) = self.usages.get_mut(&id)
        {
            usage.machine.refresh(&mut inner(id, cx));
        }
    }

    /// New numbers of an account's mailbox, by subscription or unasked.
    pub(super) fn keep_messages(&mut self, account: &crate::config::AccountName, summary: crate::news::MessageSummary) {
        if self.messages.insert(account.clone(), summary) != Some(summary) {
            self.orders.push_back(Order::MessagesChanged(account.clone()));
        }
    }

    fn on_ended(&mut self, id: SubscriptionId, key: &Key, end: &End, cx: &mut Context<'_>) {
        self.forget(id);
        let Some(watcher) = self.watchers.get_mut(key) else { return };
        let Phase::Up { id: own, since } = watcher.phase else { return };
        if own != id || self.closing {
            return;
        }
        if cx.now.moment.since(since) >= LONG_LIVED {
            watcher.failures = 0;
        }
        let next = retry::next(end, watcher.failures, cx.random);
        watcher.failures = watcher.failures.saturating_add(1);
        watcher.rest(match next {
            Next::Again => Phase::Idle,
            Next::In(_) => Phase::Resting,
            Next::Never => Phase::Refused,
        });
        let changed = watcher.show(None, Some(retry::words(end)), cx.now.civil);
        self.tell(key, changed);
        match next {
            Next::Again => self.enqueue(key.clone(), cx),
            Next::In(wait) => self.timers.set(Timer::Again(key.clone()), cx.now.moment + wait),
            Next::Never => {}
        }
    }

    /// Nothing of it is left.
    pub(super) fn forget(&mut self, id: SubscriptionId) {
        self.timers.cancel(&Timer::Usage(id));
        if let Some(usage) = self.usages.remove(&id) {
            let (call_id, tag) = usage.machine.key();
            self.by_dialog.remove(&(call_id.to_owned(), tag.to_owned()));
        }
    }
}

/// One that stood for so long was no failure.
const LONG_LIVED: Duration = Duration::from_secs(60);
