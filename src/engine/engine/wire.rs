//! From the wire to its room: messages, flows, what became of our requests.

use bytes::Bytes;

use crate::border::{Flow, FlowNews, Output};
use crate::call;
use crate::config::AccountName;
use crate::id::TransactionId;
use crate::owner::Owner;
use crate::sip::message::{Message, Method};
use crate::sip::session;
use crate::sip::ua;
use crate::time::Now;

use super::Engine;

impl Engine {
    /// Strangers get nothing, not even a parser (SP-09).
    pub(super) fn on_received(&mut self, flow: Flow, bytes: &[u8], now: Now) {
        if !self.trusts(flow) {
            self.totals.strangers += 1;
            return;
        }
        let bytes = Bytes::copy_from_slice(bytes);
        let read = Message::parse(&bytes).and_then(|message| message.validate().map(|()| message));
        match read {
            Ok(message) => self.ua.on_received(flow, message, now, &mut self.random),
            Err(error) => {
                self.totals.malformed += 1;
                if let Some(refusal) = Message::bad_request(&bytes, &error) {
                    self.outputs.push_back(Output::Send(flow, refusal.to_bytes()));
                }
            }
        }
    }

    /// Whether messages that come this way are read at all.
    pub fn trusts(&self, flow: Flow) -> bool {
        self.registrations.trusts(flow) || self.ua.opened_by_us(flow) || self.trials.trusts(flow, &self.ua)
    }

    /// Groups trust the addresses their names lead to.
    pub(super) fn pass_addresses(&mut self, now: Now) {
        let destinations: Vec<_> = self.registrations.destinations().cloned().collect();
        for destination in destinations {
            if let Some(targets) = self.ua.resolved(&destination).cloned() {
                self.registrations.on_resolved(&destination, &targets, now);
            }
        }
    }

    pub(super) fn on_flow(&mut self, news: FlowNews, now: Now) {
        if let FlowNews::Closed(connection, _) = &news {
            self.registrations.on_connection_lost(*connection, now);
        }
        if let FlowNews::Opened(_, flow) = &news {
            self.registrations.on_opened(*flow);
        }
        self.ua.on_flow(news, now, &mut self.random);
    }

    pub(super) fn on_event(&mut self, event: ua::Event<Owner>, now: Now) {
        match event {
            ua::Event::Response { owner, id, flow, response } => {
                self.registrations.on_heard(flow, now);
                match owner {
                    Owner::Registration(who) => {
                        self.registrations.on_response(&who, flow, &response, now, &mut self.random);
                    }
                    Owner::Call(call) => {
                        self.with_calls(now, |calls, cx| calls.on_response(call, id, (flow, &response), cx))
                    }
                    Owner::Subscription(own) => {
                        self.with_subscriptions(now, |watched, cx| watched.on_response(own, id, &response, cx));
                    }
                    Owner::Message(own) => {
                        self.with_messages(now, |messages, cx| messages.on_response(own, id, flow, &response, cx));
                    }
                    Owner::Trial(own) => {
                        self.with_trials(now, |trials, cx| trials.on_response(own, id, flow, &response, cx));
                    }
                    Owner::Rescue(leg) => self.with_rescues(now, |rescues, cx| rescues.on_response(leg, &response, cx)),
                    Owner::Nobody => {}
                }
            }
            ua::Event::Failed { owner, id, why } => match owner {
                Owner::Registration(who) => self.registrations.on_failed(&who, &why, now, &mut self.random),
                Owner::Call(call) => self.with_calls(now, |calls, cx| calls.on_failed(call, id, why, cx)),
                Owner::Subscription(own) => {
                    self.with_subscriptions(now, |watched, cx| watched.on_failed(own, id, why, cx));
                }
                Owner::Message(own) => self.messages.on_failed(own, id, &why),
                Owner::Trial(own) => self.trials.on_failed(own, id, &why, now),
                Owner::Rescue(leg) => self.rescues.on_failed(leg),
                Owner::Nobody => {}
            },
            ua::Event::Request { id, flow, request } => self.on_request(id, flow, request, now),
            ua::Event::Ack { request, .. } => {
                self.with_calls(now, |calls, cx| calls.on_ack(&request, cx));
                self.rescues.on_ack(&request);
            }
            ua::Event::Cancelled { id, request } => {
                self.with_calls(now, |calls, cx| calls.on_cancel(id, &request, cx));
            }
            ua::Event::Stray { flow, response } => self.on_stray(flow, &response, now),
            // Our refusal was never acknowledged: the caller is gone, and nothing of it is left here.
            ua::Event::Abandoned { .. } => {}
        }
    }

    /// A final answer that nobody waits for: of a call that lives, of the last run, or a 2xx to be hung up.
    pub(super) fn on_stray(&mut self, flow: Flow, response: &Message, now: Now) {
        let known = self.with_calls(now, |calls, cx| calls.on_stray(flow, response, cx))
            || self.with_rescues(now, |rescues, cx| rescues.on_stray(flow, response, cx));
        if !known {
            session::shed(response, flow, &mut self.nobodys_session(now));
        }
    }

    /// For SIP that belongs to no call: nobody waits for what comes of it.
    pub(super) fn nobodys_session(&mut self, now: Now) -> session::Context<'_, Owner> {
        session::Context { ua: &mut self.ua, owner: Owner::Nobody, now, random: &mut self.random }
    }

    /// A request: inside a dialog to its call or subscription, else by method.
    pub(super) fn on_request(&mut self, id: TransactionId, flow: Flow, request: Message, now: Now) {
        let inside = request.to().is_ok_and(|to| to.tag().is_some());
        if inside && request.method() == Some(Method::Message) {
            return match self.with_calls(now, |calls, _| calls.on_text(&request)) {
                Some(Ok(account)) => self.take_text(id, Some(account), &request, now),
                Some(Err(status)) => self.ua.respond(id, Message::response(&request, status), now),
                None => self.ua.respond(id, Message::response(&request, 481), now),
            };
        }
        if inside {
            let known = self.with_calls(now, |calls, cx| calls.on_request(id, &request, cx))
                || (request.method() == Some(Method::Notify)
                    && self.with_subscriptions(now, |watched, cx| watched.on_notify(id, &request, cx)));
            if !known {
                self.ua.respond(id, Message::response(&request, 481), now);
            }
            return;
        }
        match request.method().unwrap_or(Method::Ack) {
            Method::Invite => match self.registrations.account_for(&request, flow) {
                Some(account) => {
                    let disturbed = self.do_not_disturb.contains(&account) || !self.takes_calls(&account);
                    self.with_calls(now, |calls, cx| calls.on_invite(&account, (id, flow, request), disturbed, cx));
                }
                None => self.refuse(id, &request, 404, now),
            },
            Method::Options => {
                let capabilities = session::tagged(call::capabilities(&request), &mut self.random);
                self.ua.respond(id, capabilities, now);
            }
            Method::Message => {
                let account = self.registrations.account_for(&request, flow);
                self.take_text(id, account, &request, now);
            }
            // They belong into a dialog, and this one is in none (RFC 3261 §12.2.2).
            Method::Bye | Method::Info | Method::Prack | Method::Update => self.refuse(id, &request, 481, now),
            // No subscription of ours leads here (RFC 6665 §4.1.3), but some PBXs tell of mailboxes unasked.
            Method::Notify => {
                if !self.with_subscriptions(now, |watched, cx| watched.on_unsolicited(id, flow, &request, cx)) {
                    self.refuse(id, &request, 481, now);
                }
            }
            // Who may send our calls elsewhere is who talks in them: inside the dialog.
            Method::Refer => self.refuse(id, &request, 403, now),
            _ => session::refuse_method(id, &request, &mut self.nobodys_session(now)),
        }
    }

    fn take_text(&mut self, id: TransactionId, account: Option<AccountName>, request: &Message, now: Now) {
        self.with_messages(now, |messages, cx| messages.on_request(id, account, request, cx));
    }

    /// A final answer outside any dialog.
    pub(super) fn refuse(&mut self, id: TransactionId, request: &Message, status: u16, now: Now) {
        let response = session::tagged(Message::response(request, status), &mut self.random);
        self.ua.respond(id, response, now);
    }
}
