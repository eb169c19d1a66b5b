//! The table of server transactions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;

use super::derived;
use super::key::{MergeKey, ServerKey};
use super::server_invite::{self, ServerInvite};
use super::server_other::{self, ServerOther};
use super::timer::{Action, Class, run};
use super::via::{self, Reply};
use crate::border::Flow;
use crate::id::TransactionId;
use crate::random::Random;
use crate::sip::message::{Message, Method};
use crate::time::{Moment, Timers};

/// What the table has to say.
#[derive(Debug)]
pub(crate) enum ServerNews {
    /// A new request that needs an answer.
    Request { id: TransactionId, flow: Flow, request: Message },
    /// An ACK that ends no transaction: it is for a 2xx, or for nothing.
    Ack { flow: Flow, request: Message },
    /// The INVITE `id` shall be answered 487; its CANCEL has its 200.
    Cancelled { id: TransactionId, request: Message },
    /// No ACK came to a final answer of INVITE `id`, or the peer is gone.
    Abandoned { id: TransactionId },
}

/// All server transactions. Each ends by itself once answered; an INVITE that is never answered stays, see
/// [`super::server_invite`]. Beyond [`MAX_LIVE`] new requests are dropped unanswered: their clients send them again.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    live: BTreeMap<TransactionId, Server>,
    by_key: BTreeMap<ServerKey, TransactionId>,
    by_merge: BTreeSet<MergeKey>,
    timers: Timers<(TransactionId, Timer)>,
    pub(crate) sends: VecDeque<(Reply, Bytes)>,
    pub(crate) news: VecDeque<ServerNews>,
}

#[derive(Debug)]
struct Server {
    key: ServerKey,
    merge: Option<MergeKey>,
    reply: Reply,
    machine: Machine,
    /// Of our last answer: the answer to a CANCEL has the same (RFC 3261 §9.2).
    to_tag: Option<String>,
}

#[derive(Debug)]
enum Machine {
    Invite(ServerInvite),
    Other(ServerOther),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    Invite(server_invite::Timer),
    Other(server_other::Timer),
}

impl Servers {
    /// Takes in a request; a new one becomes transaction `id`.
    pub(crate) fn on_request(
        &mut self,
        id: TransactionId,
        flow: Flow,
        mut request: Message,
        now: Moment,
        random: &mut Random,
    ) {
        let Ok(top) = request.top_via() else { return };
        let Some(key) = ServerKey::of(&request, &top, flow) else { return };
        let reply = via::receive(&mut request, top, flow);
        let known = self.by_key.get(&key).copied();
        match (request.method(), known) {
            (Some(Method::Ack), None) => self.news.push_back(ServerNews::Ack { flow, request }),
            (Some(Method::Ack), Some(known)) => self.on_ack(known, flow, request, now),
            (Some(_), Some(known)) => self.on_repeated(known, now),
            (Some(_), None) if self.live.len() >= MAX_LIVE => {}
            (Some(Method::Cancel), None) => self.on_cancel(Arrival { id, key, reply }, request, now, random),
            (Some(_), None) => self.on_new(Arrival { id, key, reply }, flow, request, now, random),
            (None, _) => {}
        }
    }

    /// Answers transaction `id`; nothing happens when it is over.
    pub(crate) fn respond(&mut self, id: TransactionId, answer: &Message, now: Moment) {
        let Some(server) = self.live.get_mut(&id) else { return };
        let Some(status) = answer.status() else { return };
        if status > 100 {
            server.to_tag = answer.to().ok().and_then(|to| to.tag().map(str::to_owned));
        }
        let (class, bytes) = (Class::of(status), answer.to_bytes());
        let actions = match &mut server.machine {
            Machine::Invite(machine) => run(Timer::Invite, |out| machine.on_answer(class, bytes, out)),
            Machine::Other(machine) => run(Timer::Other, |out| machine.on_answer(class, bytes, out)),
        };
        self.carry_out(id, actions, None, now);
    }

    /// Handles the earliest timer due; false when none is.
    pub(crate) fn on_timeout(&mut self, now: Moment) -> bool {
        let Some((id, timer)) = self.timers.pop_due(now) else { return false };
        let Some(server) = self.live.get_mut(&id) else { return true };
        let actions = match (&mut server.machine, timer) {
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

    /// A far end does not listen: answers that wait for their ACK will not get it (RFC 3261 §17.2.4).
    pub(crate) fn on_unreachable(&mut self, gone: Flow, now: Moment) {
        let hit: Vec<TransactionId> =
            self.live.iter().filter(|(_, server)| server.reply.flow == gone).map(|(id, _)| *id).collect();
        for id in hit {
            let Some(Server { machine: Machine::Invite(machine), .. }) = self.live.get_mut(&id) else { continue };
            let actions = run(Timer::Invite, |out| machine.on_broken(out));
            self.carry_out(id, actions, None, now);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    fn on_ack(&mut self, id: TransactionId, flow: Flow, request: Message, now: Moment) {
        let Some(Server { machine: Machine::Invite(machine), .. }) = self.live.get_mut(&id) else { return };
        let actions = run(Timer::Invite, |out| machine.on_ack(out));
        self.carry_out(id, actions, Some((flow, request)), now);
    }

    fn on_repeated(&mut self, id: TransactionId, now: Moment) {
        let Some(server) = self.live.get_mut(&id) else { return };
        let actions = match &mut server.machine {
            Machine::Invite(machine) => run(Timer::Invite, |out| machine.on_repeated(out)),
            Machine::Other(machine) => run(Timer::Other, |out| machine.on_repeated(out)),
        };
        self.carry_out(id, actions, None, now);
    }

    /// A CANCEL is a transaction of its own, answered here (RFC 3261 §9.2).
    fn on_cancel(&mut self, arrival: Arrival, request: Message, now: Moment, random: &mut Random) {
        let invite = self.by_key.get(&arrival.key.of_invite()).copied();
        let cancelled = invite.and_then(|invite| Some((invite, self.live.get(&invite)?)));
        let tag = cancelled.and_then(|(_, server)| server.to_tag.clone());
        let open = cancelled.is_some_and(|(_, server)| server.machine.is_open_invite());
        let mut answer = Message::response(&request, if invite.is_some() { 200 } else { 481 });
        derived::tag_to(&mut answer, tag.as_deref(), random);
        let id = arrival.id;
        self.open(arrival, None, &request, now);
        self.respond(id, &answer, now);
        if let (Some(invite), true) = (invite, open) {
            self.news.push_back(ServerNews::Cancelled { id: invite, request });
        }
    }

    fn on_new(&mut self, arrival: Arrival, flow: Flow, request: Message, now: Moment, random: &mut Random) {
        let merge = MergeKey::of(&request);
        let merged = merge.as_ref().is_some_and(|merge| self.by_merge.contains(merge));
        let id = arrival.id;
        self.open(arrival, if merged { None } else { merge }, &request, now);
        if merged {
            // The same request by another path (RFC 3261 §8.2.2.2).
            let mut answer = Message::response(&request, 482);
            derived::tag_to(&mut answer, None, random);
            self.respond(id, &answer, now);
        } else {
            self.news.push_back(ServerNews::Request { id, flow, request });
        }
    }

    fn open(&mut self, arrival: Arrival, merge: Option<MergeKey>, request: &Message, now: Moment) {
        let Arrival { id, key, reply } = arrival;
        let reliable = reply.flow.transport.is_reliable();
        let (machine, actions) = if request.method() == Some(Method::Invite) {
            let trying = Message::response(request, 100).to_bytes();
            let (machine, actions) = ServerInvite::start(trying, reliable);
            (Machine::Invite(machine), run(Timer::Invite, |out| *out = actions))
        } else {
            let (machine, actions) = ServerOther::start(reliable);
            (Machine::Other(machine), run(Timer::Other, |out| *out = actions))
        };
        self.by_key.insert(key.clone(), id);
        if let Some(merge) = &merge {
            self.by_merge.insert(merge.clone());
        }
        self.live.insert(id, Server { key, merge, reply, machine, to_tag: None });
        self.carry_out(id, actions, None, now);
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
                    if let Some(server) = self.live.get(&id) {
                        self.sends.push_back((server.reply, bytes));
                    }
                }
                Action::Arm(timer, span) => self.timers.set((id, timer), now + span),
                Action::Disarm(timer) => self.timers.cancel(&(id, timer)),
                Action::Deliver => {
                    if let Some((flow, request)) = received.take() {
                        self.news.push_back(ServerNews::Ack { flow, request });
                    }
                }
                Action::Fail(_) => self.news.push_back(ServerNews::Abandoned { id }),
                Action::End => self.forget(id),
            }
        }
    }

    fn forget(&mut self, id: TransactionId) {
        let Some(server) = self.live.remove(&id) else { return };
        self.by_key.remove(&server.key);
        if let Some(merge) = &server.merge {
            self.by_merge.remove(merge);
        }
        let invite = server_invite::Timer::ALL.map(Timer::Invite);
        let other = server_other::Timer::ALL.map(Timer::Other);
        for timer in invite.into_iter().chain(other) {
            self.timers.cancel(&(id, timer));
        }
    }
}

/// What is known of a new request before its machine exists.
struct Arrival {
    id: TransactionId,
    key: ServerKey,
    reply: Reply,
}

impl Machine {
    fn is_open_invite(&self) -> bool {
        match self {
            Machine::Invite(machine) => machine.is_proceeding(),
            Machine::Other(_) => false,
        }
    }
}

/// Bounds memory under a flood: 2,000 requests a second for the 32 s that each is kept.
const MAX_LIVE: usize = 65_536;
