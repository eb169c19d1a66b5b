//! A turn taken: SUBSCRIBE for an extension's lamp or for one's own mailbox, or the end of it.

use crate::sip::subscription::{Subscription, Wish};
use crate::sip::uri::NameAddr;

use super::watcher::{Home, Key, Phase, Subject};
use super::{Context, SubscriptionId, Subscriptions, Usage, inner};

impl Subscriptions {
    /// Subscribes for a watcher whose turn it is; false where nothing is sent after all.
    pub(super) fn begin(&mut self, key: &Key, cx: &mut Context<'_>) -> bool {
        let Some(watcher) = self.watchers.get_mut(key).filter(|watcher| watcher.phase == Phase::Queued) else {
            return false;
        };
        let home = cx.registrations.account(&key.account).map(|account| Home::of(account));
        let (Some(home), Some(wish)) = (home, wish(key, cx)) else {
            watcher.phase = Phase::Idle;
            return false;
        };
        self.last_id += 1;
        let id = SubscriptionId(self.last_id);
        watcher.rest(Phase::Up { id, since: cx.now.moment });
        let auth = cx.registrations.auth(&key.account);
        let machine = Subscription::begin(wish, auth, &mut inner(id, cx));
        let (call_id, tag) = machine.key();
        self.by_dialog.insert((call_id.to_owned(), tag.to_owned()), id);
        self.usages.insert(id, Usage { key: key.clone(), home, machine });
        self.follow(id, cx);
        true
    }

    /// Unsubscribes; false where there was nothing.
    pub(super) fn leave(&mut self, key: &Key, cx: &mut Context<'_>) -> bool {
        let of_key = self.usages.iter().find(|(_, usage)| usage.key == *key).map(|(id, _)| *id);
        if let Some(id) = of_key {
            self.with(id, cx, |machine, inner| machine.leave(inner));
        }
        of_key.is_some()
    }
}

/// `None` while there is no way to the PBX.
fn wish(key: &Key, cx: &Context<'_>) -> Option<Wish> {
    let account = cx.registrations.account(&key.account)?;
    let (flow, contact) = (cx.registrations.flow(&key.account)?, cx.registrations.contact(&key.account)?);
    let (package, accept, user) = match &key.subject {
        Subject::Extension(number) => ("dialog", "application/dialog-info+xml", number.as_str()),
        Subject::Mailbox => ("message-summary", "application/simple-message-summary", account.user.as_str()),
    };
    let request_uri = cx.registrations.number_at(&key.account, user)?;
    Some(Wish {
        package,
        accept,
        expires: EXPIRES,
        to: NameAddr::new(request_uri.clone()),
        request_uri,
        from: cx.registrations.aor(&key.account)?,
        contact,
        flow,
    })
}

/// Seconds. RFC 4235 §3.4 and RFC 3842 §3.4 speak of an hour; a PBX that restarted unnoticed is found out sooner.
const EXPIRES: u32 = 600;
