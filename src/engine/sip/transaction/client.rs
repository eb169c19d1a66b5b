//! The table of client transactions.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::client_invite::{self, ClientInvite, Progress};
use super::client_other::{self, ClientOther};
use super::derived;
use super::key::ClientKey;
use super::timer::{Action, Class, Failure, run};
use crate::border::Flow;
use crate::id::{ConnectionId, TransactionId};
use crate::sip::header::Name;
use crate::sip::message::{Message, Method};
use crate::time::{Moment, Timers};

/// What the table has to say.
#[derive(Debug)]
pub(crate) enum ClientNews {
    /// A response that the layer above shall see.
    Response { id: TransactionId, flow: Flow, response: Message },
    /// No final response will come. `heard`: the peer has the request, a provisional response proved it.
    Failed { id: TransactionId, failure: Failure, heard: bool },
    /// The transaction is over and forgotten.
    Ended { id: TransactionId },
    /// A final answer to an INVITE or CANCEL that no transaction knows.
    Stray { flow: Flow, response: Message },
}

/// All client transactions. How many there are is the owners' responsibility; each ends by itself except an INVITE that
/// has a provisional response and was never cancelled (RFC 3261's Proceeding has no timer).
#[derive(Debug, Default)]
pub(crate) struct Clients {
    live: BTreeMap<TransactionId, Client>,
    by_key: BTreeMap<ClientKey, TransactionId>,
    timers: Timers<(TransactionId, Timer)>,
    pub(crate) sends: VecDeque<(Flow, Bytes)>,
    pub(crate) news: VecDeque<ClientNews>,
}

#[derive(Debug)]
struct Client {
    key: ClientKey,
    flow: Flow,
    request: Message,
    machine: Machine,
    cancel: Cancel,
}

#[derive(Debug)]
enum Machine {
    Invite(ClientInvite),
    Other(ClientOther),
}

#[derive(Debug)]
enum Cancel {
    Unwanted,
    /// Waits for a provisional response (RFC 3261 §9.1).
    Wanted {
        id: TransactionId,
        reason: Option<String>,
    },
    Sent,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    Invite(client_invite::Timer),
    Other(client_other::Timer),
}

impl Clients {
    /// Sends `request`, which has our Via with `branch`, over `flow`.
    pub(crate) fn start(&mut self, id: TransactionId, flow: Flow, branch: String, request: Message, now: Moment) {
        let Some(method) = request.method() else { return };
        let (bytes, reliable) = (request.to_bytes(), flow.transport.is_reliable());
        let (machine, actions) = if method == Method::Invite {
            let (machine, actions) = ClientInvite::start(bytes, reliable);
            (Machine::Invite(machine), run(Timer::Invite, |out| *out = actions))
        } else {
            let (machine, actions) = ClientOther::start(bytes, reliable);
            (Machine::Other(machine), run(Timer::Other, |out| *out = actions))
        };
        let key = ClientKey { branch, method };
        self.by_key.insert(key.clone(), id);
        self.live.insert(id, Client { key, flow, request, machine, cancel: Cancel::Unwanted });
        self.carry_out(id, actions, None, now);
    }

    pub(crate) fn on_response(&mut self, flow: Flow, response: Message, now: Moment) {
        // More than one Via: not for us (RFC 3261 §8.1.3.3).
        let (Some(status), 1) = (response.status(), response.values(&Name::Via).len()) else { return };
        let Some(id) = self.find(&response) else {
            let ends_an_invite = matches!(response.method(), Some(Method::Invite | Method::Cancel));
            if ends_an_invite && Class::of(status) != Class::Provisional {
                self.news.push_back(ClientNews::Stray { flow, response });
            }
            return;
        };
        let Some(client) = self.live.get_mut(&id) else { return };
        let class = Class::of(status);
        let actions = match &mut client.machine {
            Machine::Invite(machine) => {
                // Only an INVITE without CSeq, which nobody could have answered, has no ACK.
                let ack = || derived::ack(&client.request, &response).map(|ack| ack.to_bytes()).unwrap_or_default();
                run(Timer::Invite, |out| machine.on_response(class, ack, out))
            }
            Machine::Other(machine) => run(Timer::Other, |out| machine.on_response(class, out)),
        };
        self.carry_out(id, actions, Some((flow, response)), now);
        self.send_wanted_cancel(id, now);
    }

    /// Cancels an INVITE, by a CANCEL transaction `cancel_id`: now, after the first provisional response, or, where the
    /// final answer is here already, not at all (RFC 3261 §9.1).
    pub(crate) fn cancel(&mut self, id: TransactionId, cancel_id: TransactionId, reason: Option<String>, now: Moment) {
        let Some(client) = self.live.get_mut(&id) else { return };
        match client.cancel {
            Cancel::Unwanted => client.cancel = Cancel::Wanted { id: cancel_id, reason },
            Cancel::Wanted { .. } | Cancel::Sent => {}
        }
        self.send_wanted_cancel(id, now);
    }

    /// Handles the earliest timer due; false when none is.
    pub(crate) fn on_timeout(&mut self, now: Moment) -> bool {
        let Some((id, timer)) = self.timers.pop_due(now) else { return false };
        let Some(client) = self.live.get_mut(&id) else { return true };
        let actions = match (&mut client.machine, timer) {
            (Machine::Invite(machine), Timer::Invite(timer)) => run(Timer::Invite, |out| machine.on_timer(timer, out)),
            (Machine::Other(machine), Timer::Other(timer)) => run(Timer::Other, |out| machine.on_timer(timer, out)),
            // A timer is armed by its own machine only.
            (Machine::Invite(_), Timer::Other(_)) | (Machine::Other(_), Timer::Invite(_)) => return true,
        };
        self.carry_out(id, actions, None, now);
        true
    }

    pub(crate) fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    /// A stream has closed.
    pub(crate) fn on_closed(&mut self, connection: ConnectionId, now: Moment) {
        self.on_broken(|flow| flow.connection == connection, now);
    }

    /// A far end does not listen.
    pub(crate) fn on_unreachable(&mut self, gone: Flow, now: Moment) {
        self.on_broken(|flow| *flow == gone, now);
    }

    /// The request as sent, and its flow.
    pub(crate) fn request(&self, id: TransactionId) -> Option<(&Message, Flow)> {
        self.live.get(&id).map(|client| (&client.request, client.flow))
    }

    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    fn on_broken(&mut self, broken: impl Fn(&Flow) -> bool, now: Moment) {
        let hit: Vec<TransactionId> =
            self.live.iter().filter(|(_, client)| broken(&client.flow)).map(|(id, _)| *id).collect();
        for id in hit {
            let Some(client) = self.live.get_mut(&id) else { continue };
            let actions = match &mut client.machine {
                Machine::Invite(machine) => run(Timer::Invite, |out| machine.on_broken(out)),
                Machine::Other(machine) => run(Timer::Other, |out| machine.on_broken(out)),
            };
            self.carry_out(id, actions, None, now);
        }
    }

    fn find(&self, response: &Message) -> Option<TransactionId> {
        let branch = response.top_via().ok()?.branch()?.to_owned();
        let method = response.cseq().ok()?.1;
        self.by_key.get(&ClientKey { branch, method }).copied()
    }

    fn send_wanted_cancel(&mut self, invite: TransactionId, now: Moment) {
        let Some(client) = self.live.get_mut(&invite) else { return };
        let Machine::Invite(machine) = &mut client.machine else { return };
        match machine.progress() {
            Progress::Provisional => {}
            Progress::Silent | Progress::Final => return,
        }
        let (id, reason) = match std::mem::replace(&mut client.cancel, Cancel::Sent) {
            Cancel::Wanted { id, reason } => (id, reason),
            other @ (Cancel::Unwanted | Cancel::Sent) => {
                client.cancel = other;
                return;
            }
        };
        let actions = run(Timer::Invite, |out| machine.on_cancel_sent(out));
        let cancel = derived::cancel(&client.request, reason);
        let (flow, branch) = (client.flow, client.key.branch.clone());
        self.carry_out(invite, actions, None, now);
        if let Some(cancel) = cancel {
            self.start(id, flow, branch, cancel, now);
        }
    }

    fn carry_out(
        &mut self,
        id: TransactionId,
        actions: Vec<Action<Timer>>,
        mut received: Option<(Flow, Message)>,
        now: Moment,
    ) {
        for action in actions {
            match action {
                Action::Send(bytes) => {
                    if let Some(client) = self.live.get(&id) {
                        self.sends.push_back((client.flow, bytes));
                    }
                }
                Action::Arm(timer, span) => self.timers.set((id, timer), now + span),
                Action::Disarm(timer) => self.timers.cancel(&(id, timer)),
                Action::Deliver => {
                    if let Some((flow, response)) = received.take() {
                        self.news.push_back(ClientNews::Response { id, flow, response });
                    }
                }
                Action::Fail(failure) => {
                    let heard = self.live.get(&id).is_some_and(|client| client.machine.has_heard());
                    self.news.push_back(ClientNews::Failed { id, failure, heard });
                }
                Action::End => self.forget(id),
            }
        }
    }

    /// Nobody waits for its answer any more: it is not sent again.
    pub(crate) fn forget(&mut self, id: TransactionId) {
        let Some(client) = self.live.remove(&id) else { return };
        self.by_key.remove(&client.key);
        let invite = client_invite::Timer::ALL.map(Timer::Invite);
        let other = client_other::Timer::ALL.map(Timer::Other);
        for timer in invite.into_iter().chain(other) {
            self.timers.cancel(&(id, timer));
        }
        self.news.push_back(ClientNews::Ended { id });
    }
}

impl Machine {
    fn has_heard(&self) -> bool {
        match self {
            Machine::Invite(machine) => machine.progress() != Progress::Silent,
            Machine::Other(machine) => machine.has_heard(),
        }
    }
}
