//! Between the transactions and the world: their news upwards, their bytes downwards, and ACKs, which have no transaction.

use bytes::Bytes;

use super::flows::Waiting;
use super::{Event, Ua};
use crate::border::{Flow, Output, Targets};
use crate::config::{Destination, Target};
use crate::random::Random;
use crate::sip::message::Message;
use crate::sip::transaction::server::ServerNews;
use crate::sip::transaction::via;
use crate::time::{Moment, Now};

impl<O: Clone + std::fmt::Debug> Ua<O> {
    /// Carries what the transactions have to say upwards, and what they send downwards. `why`: what broke a flow, in words.
    pub(super) fn settle(&mut self, why: &str, now: Now, random: &mut Random) {
        while let Some(news) = self.clients.news.pop_front() {
            self.on_client_news(news, why, now, random);
        }
        while let Some(news) = self.servers.news.pop_front() {
            self.events.push_back(match news {
                ServerNews::Request { id, flow, request } => Event::Request { id, flow, request },
                ServerNews::Ack { flow, request } => Event::Ack { flow, request },
                ServerNews::Cancelled { id, request } => Event::Cancelled { id, request },
                ServerNews::Abandoned { id } => Event::Abandoned { id },
            });
        }
        self.pass_requests();
        self.pass_answers();
    }

    pub(super) fn pass_requests(&mut self) {
        let sends = self.clients.sends.drain(..);
        self.outputs.extend(sends.map(|(flow, bytes)| Output::Send(flow, bytes)));
    }

    /// Answers go back the way the request came, or, when that stream is gone, over a new one (RFC 3261 §18.2.2).
    pub(super) fn pass_answers(&mut self) {
        while let Some((reply, bytes)) = self.servers.sends.pop_front() {
            if self.flows.is_alive(reply.flow) {
                self.outputs.push_back(Output::Send(reply.flow, bytes));
            } else if let Ok((_, Some(order))) = self.flows.wait(reply.fallback, None, Waiting::Answer(bytes)) {
                self.outputs.push_back(Output::Flow(order));
            }
        }
    }

    /// Where `destination` leads, never empty; asks when that is due.
    pub(super) fn look_up(&mut self, destination: &Destination, now: Moment) -> Option<Targets> {
        let lookup = self.names.look_up(destination, now);
        if let Some(query) = lookup.ask {
            self.outputs.push_back(Output::Resolve(query, destination.clone()));
        }
        lookup.targets
    }

    /// Sends a message of a former run, which has its Via already and no transaction any more.
    pub fn send_as_is(&mut self, bytes: Bytes, target: Target, now: Now) {
        if let Some(flow) = self.flows.find(target, None, now.moment) {
            return self.outputs.push_back(Output::Send(flow, bytes));
        }
        if let Ok((_, Some(order))) = self.flows.wait(target, None, Waiting::Answer(bytes)) {
            self.outputs.push_back(Output::Flow(order));
        }
    }

    pub(super) fn send_ack_to(&mut self, target: Target, ack: Box<Message>, now: Now, random: &mut Random) {
        if let Some(flow) = self.flows.find(target, None, now.moment) {
            return self.send_ack_over(flow, *ack, random);
        }
        if let Ok((_, Some(order))) = self.flows.wait(target, None, Waiting::Ack(ack)) {
            self.outputs.push_back(Output::Flow(order));
        }
    }

    pub(super) fn send_ack_over(&mut self, flow: Flow, mut ack: Message, random: &mut Random) {
        via::stamp(&mut ack, flow, &via::new_branch(random));
        self.outputs.push_back(Output::Send(flow, ack.to_bytes()));
    }
}
