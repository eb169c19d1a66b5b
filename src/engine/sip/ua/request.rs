//! One request on its way: name, flow, attempt after attempt, until an answer (RFC 3263 §4.3).
//!
//! ```text
//!     send ──> Resolving ──> Opening ──> Sent ──> answer up
//!                 │            ^ │        │
//!                 │            │ └ refused│ closed, unreachable, Timer B or F, 503
//!                 v            └──────────┴── while targets are left and the peer is not known to have it
//!              Failed <──────────────────────  else
//! ```
//!
//! A peer that gave a provisional answer has the request: sending it elsewhere could ring twice, so it is not done.

use std::collections::VecDeque;

use super::flows::Waiting;
use super::{Event, NextHop, Outgoing, SendFailure, Ua};
use crate::border::{Flow, Output};
use crate::config::Target;
use crate::id::{FlowAsk, TransactionId};
use crate::random::Random;
use crate::sip::header::Name;
use crate::sip::message::Method;
use crate::sip::transaction::timer::PATIENCE;
use crate::sip::transaction::via;
use crate::sip::uri::{Host, NameAddr, Uri};
use crate::time::Now;

/// A request that has not got its answer.
#[derive(Debug)]
pub(super) struct Request<O> {
    pub(super) owner: O,
    pub(super) outgoing: Outgoing,
    /// Still to be tried.
    pub(super) hops: VecDeque<Hop>,
    pub(super) stage: Stage,
    /// The owner has seen a provisional answer.
    pub(super) provisional: bool,
    pub(super) cancelled: bool,
    /// A target that did not answer to the end may have it all the same.
    pub(super) may_be_there: bool,
}

#[derive(Debug)]
pub(super) enum Stage {
    Resolving,
    Opening { ask: FlowAsk, hop: Hop },
    Sent { attempt: TransactionId, hop: Hop, reused: bool },
}

/// One thing to try.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hop {
    pub(super) target: Target,
    /// Preferred while it lives.
    pub(super) flow: Option<Flow>,
    /// Tried anew because a stream from before closed under it; that happens once.
    pub(super) again: bool,
}

impl<O> Request<O> {
    /// The client transaction that tries it now.
    pub(super) fn attempt(&self) -> Option<TransactionId> {
        match self.stage {
            Stage::Resolving | Stage::Opening { .. } => None,
            Stage::Sent { attempt, .. } => Some(attempt),
        }
    }

    /// Whether it may go to another target.
    pub(super) fn is_movable(&self) -> bool {
        !self.provisional && !self.cancelled
    }

    /// The hop being opened by `ask`, if that is what it waits for.
    pub(super) fn opening(&self, wanted: FlowAsk) -> Option<Hop> {
        match self.stage {
            Stage::Opening { ask, hop } if ask == wanted => Some(hop),
            Stage::Opening { .. } | Stage::Resolving | Stage::Sent { .. } => None,
        }
    }
}

impl<O: Clone + std::fmt::Debug> Ua<O> {
    pub(super) fn start(&mut self, id: TransactionId, owner: O, outgoing: Outgoing, now: Now, random: &mut Random) {
        let next = outgoing.next.clone();
        let hops = VecDeque::new();
        let (provisional, cancelled, may_be_there) = (false, false, false);
        let request = Request { owner, outgoing, hops, stage: Stage::Resolving, provisional, cancelled, may_be_there };
        self.requests.insert(id, request);
        match next {
            NextHop::Flow(flow) => {
                let target = Target { transport: flow.transport, address: flow.remote };
                self.try_hops(id, [Hop { target, flow: Some(flow), again: false }].into(), now, random);
            }
            NextHop::Target(target) => self.try_hops(id, [Hop::to(target)].into(), now, random),
            NextHop::Destination(destination) => match self.look_up(&destination, now.moment) {
                Some(targets) => self.try_hops(id, targets.into_iter().map(Hop::to).collect(), now, random),
                None => match self.names.wait(&destination, Waiting::Request(id)) {
                    Ok(()) => self.waits.set(id, now.moment + PATIENCE),
                    Err(full) => self.fail(id, SendFailure::Transport(full.to_string())),
                },
            },
        }
        self.pass_requests();
    }

    pub(super) fn cancel_request(&mut self, id: TransactionId, reason: Option<String>, now: Now, random: &mut Random) {
        let cancel_id = self.new_id();
        let Some(request) = self.requests.get_mut(&id) else { return };
        if request.outgoing.request.method() != Some(Method::Invite) {
            return;
        }
        request.cancelled = true;
        match request.stage {
            Stage::Resolving | Stage::Opening { .. } => self.fail(id, SendFailure::Cancelled),
            Stage::Sent { attempt, .. } => self.clients.cancel(attempt, cancel_id, reason, now.moment),
        }
        self.settle("", now, random);
    }

    pub(super) fn try_hops(&mut self, id: TransactionId, hops: VecDeque<Hop>, now: Now, random: &mut Random) {
        if let Some(request) = self.requests.get_mut(&id) {
            request.hops = hops;
        }
        self.try_next(id, SendFailure::Unresolved("no address".to_owned()), now, random);
    }

    /// Goes to the next target; `why` there is no other way, when there is none.
    pub(super) fn try_next(&mut self, id: TransactionId, mut why: SendFailure, now: Now, random: &mut Random) {
        loop {
            let Some(request) = self.requests.get_mut(&id) else { return };
            let Some(hop) = request.hops.pop_front() else { return self.fail(id, why) };
            let local = request.outgoing.local;
            let alive = hop.flow.filter(|flow| self.flows.is_alive(*flow));
            if let Some(flow) = alive.or_else(|| self.flows.find(hop.target, local, now.moment)) {
                return self.launch(id, hop, flow, true, now, random);
            }
            match self.flows.wait(hop.target, local, Waiting::Request(id)) {
                Ok((ask, order)) => {
                    request.stage = Stage::Opening { ask, hop };
                    self.waits.set(id, now.moment + PATIENCE);
                    self.outputs.extend(order.map(Output::Flow));
                    return;
                }
                Err(full) => why = SendFailure::Transport(full.to_string()),
            }
        }
    }

    /// Puts the request on `flow` in a transaction of its own, with a new branch.
    pub(super) fn launch(
        &mut self,
        id: TransactionId,
        hop: Hop,
        flow: Flow,
        reused: bool,
        now: Now,
        random: &mut Random,
    ) {
        let attempt = self.new_id();
        let Some(request) = self.requests.get_mut(&id) else { return };
        request.stage = Stage::Sent { attempt, hop, reused };
        let mut message = request.outgoing.request.clone();
        if let Some(user) = &request.outgoing.contact_user {
            message.set(Name::Contact, contact(user, flow).to_string());
        }
        let branch = via::new_branch(random);
        via::stamp(&mut message, flow, &branch);
        self.waits.cancel(&id);
        self.attempts.insert(attempt, id);
        self.clients.start(attempt, flow, branch, message, now.moment);
    }

    pub(super) fn fail(&mut self, id: TransactionId, why: SendFailure) {
        self.waits.cancel(&id);
        if let Some(request) = self.requests.remove(&id) {
            let why = match why {
                SendFailure::Transport(_) if request.may_be_there => SendFailure::Timeout,
                SendFailure::Transport(_) | SendFailure::Timeout => why,
                SendFailure::Unresolved(_) | SendFailure::Cancelled => why,
            };
            self.events.push_back(Event::Failed { owner: request.owner, id, why });
        }
    }
}

impl Hop {
    pub(super) fn to(target: Target) -> Hop {
        Hop { target, flow: None, again: false }
    }
}

/// Where the peer reaches us: the local end of `flow`.
fn contact(user: &str, flow: Flow) -> NameAddr {
    let mut uri = Uri::sip(Some(user), Host::Ip(flow.local.ip()));
    uri.port = Some(flow.local.port());
    if flow.transport.is_reliable() {
        uri.params.set("transport", Some(&flow.transport.as_str().to_ascii_lowercase()));
    }
    NameAddr::new(uri)
}
