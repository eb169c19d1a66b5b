//! What becomes of requests: flows open or not, names resolve or not, answers come or not.

use super::flows::Waiting;
use super::request::{Hop, Stage};
use super::{Event, SendFailure, Ua};
use crate::border::{Flow, Output, ResolveError, Targets};
use crate::config::{Destination, Target};
use crate::id::{FlowAsk, TransactionId};
use crate::random::Random;
use crate::sip::message::{Message, Method};
use crate::sip::transaction::client::ClientNews;
use crate::sip::transaction::timer::{Class, Failure};
use crate::time::Now;

impl<O: Clone + std::fmt::Debug> Ua<O> {
    /// A flow is there for what waited for it.
    pub(super) fn on_opened(&mut self, ask: FlowAsk, flow: Flow, waiting: Waiting, now: Now, random: &mut Random) {
        match waiting {
            Waiting::Request(id) => {
                if let Some(hop) = self.requests.get(&id).and_then(|request| request.opening(ask)) {
                    self.launch(id, hop, flow, false, now, random);
                    self.pass_requests();
                }
            }
            Waiting::Ack(ack) => self.send_ack_over(flow, *ack, random),
            Waiting::Answer(bytes) => self.outputs.push_back(Output::Send(flow, bytes)),
            Waiting::Nothing => {}
        }
    }

    /// No flow for what waited for it.
    pub(super) fn on_refused(&mut self, ask: FlowAsk, why: &str, waiting: Waiting, now: Now, random: &mut Random) {
        match waiting {
            Waiting::Request(id) => {
                if let Some(hop) = self.requests.get(&id).and_then(|request| request.opening(ask)) {
                    self.names.on_failed(hop.target, now.moment);
                    self.try_next(id, broken(hop.target, why), now, random);
                    self.pass_requests();
                }
            }
            // Lost like by the network: the peer repeats what they answer.
            Waiting::Ack(_) | Waiting::Answer(_) | Waiting::Nothing => {}
        }
    }

    /// The resolver has spoken.
    pub(super) fn on_name(
        &mut self,
        destination: &Destination,
        answer: &Result<Targets, ResolveError>,
        waiting: Waiting,
        now: Now,
        random: &mut Random,
    ) {
        let targets = self.look_up_after(destination, answer, now);
        match (waiting, targets) {
            (Waiting::Request(id), Ok(targets)) if self.is_resolving(id) => {
                self.try_hops(id, targets.into_iter().map(Hop::to).collect(), now, random);
                self.pass_requests();
            }
            (Waiting::Request(id), Err(why)) if self.is_resolving(id) => {
                self.fail(id, SendFailure::Unresolved(format!("{}: {why}", destination.host)));
            }
            (Waiting::Ack(ack), Ok(targets)) => {
                if let Some(target) = targets.first() {
                    self.send_ack_to(*target, ack, now, random);
                }
            }
            // Gone meanwhile; or an ACK without a way, and the peer repeats its 2xx; answers never wait for names.
            (Waiting::Request(_) | Waiting::Answer(_) | Waiting::Nothing, _) | (Waiting::Ack(_), Err(_)) => {}
        }
    }

    /// Nothing came of a name or a flow for 64·T1.
    pub(super) fn on_waited(&mut self, id: TransactionId, now: Now, random: &mut Random) {
        let Some(request) = self.requests.get(&id) else { return };
        match request.stage {
            Stage::Resolving => self.fail(id, SendFailure::Unresolved("the resolver did not answer".to_owned())),
            Stage::Opening { hop, .. } => {
                self.names.on_failed(hop.target, now.moment);
                self.try_next(id, broken(hop.target, "the connection did not open"), now, random);
            }
            Stage::Sent { .. } => {}
        }
    }

    pub(super) fn on_client_news(&mut self, news: ClientNews, why: &str, now: Now, random: &mut Random) {
        match news {
            ClientNews::Response { id, flow, response } => self.on_response(id, flow, response, now, random),
            ClientNews::Failed { id, failure, heard } => self.on_failed(id, failure, heard, why, now, random),
            ClientNews::Ended { id } => {
                if let Some(request) = self.attempts.remove(&id) {
                    self.requests.remove(&request);
                }
            }
            ClientNews::Stray { flow, response } => self.events.push_back(Event::Stray { flow, response }),
        }
    }

    fn on_response(&mut self, attempt: TransactionId, flow: Flow, response: Message, now: Now, random: &mut Random) {
        let Some(id) = self.attempts.get(&attempt).copied() else { return };
        let Some(request) = self.requests.get_mut(&id) else { return };
        let status = response.status().unwrap_or(0);
        let is_invite = request.outgoing.request.method() == Some(Method::Invite);
        match Class::of(status) {
            // Hop by hop: nothing to the owner.
            Class::Provisional if status == 100 => return,
            Class::Provisional => request.provisional = true,
            // RFC 6026: more may follow until Timer M.
            Class::Success if is_invite => {}
            Class::Failure if status == 503 && request.is_movable() && !request.hops.is_empty() => {
                self.leave(id, now);
                return self.try_next(id, SendFailure::Transport("503 from the last target".to_owned()), now, random);
            }
            Class::Success | Class::Failure => {
                let owner = request.owner.clone();
                self.attempts.remove(&attempt);
                self.requests.remove(&id);
                self.events.push_back(Event::Response { owner, id, flow, response });
                return;
            }
        }
        let owner = request.owner.clone();
        self.events.push_back(Event::Response { owner, id, flow, response });
    }

    fn on_failed(
        &mut self,
        attempt: TransactionId,
        failure: Failure,
        heard: bool,
        why: &str,
        now: Now,
        random: &mut Random,
    ) {
        let Some(id) = self.attempts.get(&attempt).copied() else { return };
        let Some((hop, reused)) = self.leave(id, now) else { return };
        let Some(request) = self.requests.get_mut(&id) else { return };
        let movable = request.is_movable() && !heard;
        let rings = request.outgoing.request.method() == Some(Method::Invite);
        request.may_be_there |= rings && (heard || failure == Failure::Timeout);
        let failed = match failure {
            Failure::Timeout => {
                request.hops.retain(|other| other.target != hop.target);
                SendFailure::Timeout
            }
            Failure::Transport => {
                if reused && !hop.again && hop.target.transport.is_reliable() {
                    request.hops.push_front(Hop { again: true, ..Hop::to(hop.target) });
                }
                broken(hop.target, why)
            }
        };
        if movable {
            self.try_next(id, failed, now, random);
        } else {
            self.fail(id, failed);
        }
    }

    /// The present attempt is of no more interest.
    fn leave(&mut self, id: TransactionId, now: Now) -> Option<(Hop, bool)> {
        match self.requests.get(&id)?.stage {
            Stage::Sent { attempt, hop, reused } => {
                self.attempts.remove(&attempt);
                self.names.on_failed(hop.target, now.moment);
                Some((hop, reused))
            }
            Stage::Resolving | Stage::Opening { .. } => None,
        }
    }

    fn is_resolving(&self, id: TransactionId) -> bool {
        self.requests.get(&id).is_some_and(|request| matches!(request.stage, Stage::Resolving))
    }

    /// The targets after an answer, those that failed lately last; a failed query leaves the last good answer.
    fn look_up_after(
        &mut self,
        destination: &Destination,
        answer: &Result<Targets, ResolveError>,
        now: Now,
    ) -> Result<Targets, String> {
        match (self.names.targets(destination, now.moment), answer) {
            (Some(targets), _) => Ok(targets),
            (None, Err(error)) => Err(error.0.clone()),
            (None, Ok(_)) => Err("no address".to_owned()),
        }
    }
}

fn broken(target: Target, why: &str) -> SendFailure {
    SendFailure::Transport(format!("{} {}: {why}", target.transport.as_str(), target.address))
}
