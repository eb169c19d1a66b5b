//! NOTIFY that nobody subscribed to: some PBXs tell the state of a mailbox to whoever is registered (RFC 3842 §3 allows it in
//! no word, Asterisk's `mailboxes` of an endpoint does it).

use crate::border::Flow;
use crate::id::TransactionId;
use crate::sip::header::Name;
use crate::sip::message::Message;
use crate::sip::session::tagged;

use super::{Context, Subscriptions, message_summary};

impl Subscriptions {
    /// A NOTIFY outside any dialog, from a source that is trusted. False where it is not about a mailbox of ours.
    pub fn on_unsolicited(&mut self, id: TransactionId, flow: Flow, notify: &Message, cx: &mut Context<'_>) -> bool {
        let event = notify.header(&Name::Event).unwrap_or_default();
        if !event.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("message-summary") {
            return false;
        }
        let Some(account) = cx.registrations.account_for(notify, flow) else { return false };
        let status = match message_summary::read(&notify.body) {
            Some(summary) => {
                self.keep_messages(&account, summary);
                200
            }
            None => 400,
        };
        cx.ua.respond(id, tagged(Message::response(notify, status), cx.random), cx.now);
        true
    }
}
