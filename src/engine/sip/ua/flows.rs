//! The flows there are, and those asked for: one for each (transport, remote, local), UDP and streams alike.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use bytes::Bytes;

use crate::border::{Flow, FlowOrder};
use crate::config::Target;
use crate::id::{ConnectionId, FlowAsk, TransactionId};
use crate::sip::message::Message;
use crate::sip::uri::Transport;
use crate::time::Moment;

/// What waits for a flow to open or a name to resolve.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Waiting {
    Request(TransactionId),
    /// An ACK to a 2xx, without Via yet.
    Ack(Box<Message>),
    /// An answer whose stream has closed under it (RFC 3261 §18.2.2).
    Answer(Bytes),
    /// Only the flow itself is wanted.
    Nothing,
}

/// What is known of flows.
#[derive(Debug, Default)]
pub(super) struct Flows {
    open: BTreeMap<Key, Open>,
    /// Streams that live; true for those we opened.
    streams: BTreeMap<ConnectionId, bool>,
    asks: BTreeMap<FlowAsk, Ask>,
    asked: BTreeMap<Wanted, FlowAsk>,
    next_ask: u64,
}

type Key = (Transport, SocketAddr, IpAddr);
type Wanted = (Target, Option<IpAddr>);

#[derive(Debug)]
struct Open {
    flow: Flow,
    used: Moment,
}

#[derive(Debug)]
struct Ask {
    wanted: Wanted,
    waiting: VecDeque<Waiting>,
}

impl Flows {
    /// The flow to `target`, if one is open.
    pub(super) fn find(&mut self, target: Target, local: Option<IpAddr>, now: Moment) -> Option<Flow> {
        let first = (target.transport, target.address, local.unwrap_or(LOWEST));
        let (key, open) = self.open.range_mut(first..).next()?;
        let leads_there = (key.0, key.1) == (target.transport, target.address);
        if !leads_there || local.is_some_and(|local| local != key.2) {
            return None;
        }
        open.used = now;
        Some(open.flow)
    }

    /// Whether something can be sent over `flow`. Datagrams always can.
    pub(super) fn is_alive(&self, flow: Flow) -> bool {
        !flow.transport.is_reliable() || self.streams.contains_key(&flow.connection)
    }

    pub(super) fn opened_by_us(&self, flow: Flow) -> bool {
        self.streams.get(&flow.connection).copied().unwrap_or(false)
    }

    /// Lets `waiting` wait for a flow to `target`, with the order to give when nobody asked for it before.
    /// An error means that too many wait already.
    pub(super) fn wait(
        &mut self,
        target: Target,
        local: Option<IpAddr>,
        waiting: Waiting,
    ) -> Result<(FlowAsk, Option<FlowOrder>), QueueFull> {
        let wanted = (target, local);
        if let Some((ask, entry)) = self.asked.get(&wanted).and_then(|ask| Some((*ask, self.asks.get_mut(ask)?))) {
            if entry.waiting.len() >= MAX_WAITING {
                return Err(QueueFull);
            }
            entry.waiting.push_back(waiting);
            return Ok((ask, None));
        }
        if self.asks.len() >= MAX_ASKS {
            return Err(QueueFull);
        }
        self.next_ask += 1;
        let ask = FlowAsk(self.next_ask);
        self.asked.insert(wanted, ask);
        self.asks.insert(ask, Ask { wanted, waiting: VecDeque::from([waiting]) });
        Ok((ask, Some(FlowOrder::Open { ask, target, local })))
    }

    /// The flow asked for is there: who waited for it.
    pub(super) fn on_opened(&mut self, ask: FlowAsk, flow: Flow, now: Moment) -> VecDeque<Waiting> {
        let Some(entry) = self.take(ask) else { return VecDeque::new() };
        if flow.transport.is_reliable() {
            self.streams.insert(flow.connection, true);
        }
        // Found under the address that was asked for, even where the shell knows the peer by another spelling.
        let (target, local) = entry.wanted;
        self.remember((target.transport, target.address, local.unwrap_or(flow.local.ip())), flow, now);
        entry.waiting
    }

    /// No flow: who waited for it.
    pub(super) fn on_refused(&mut self, ask: FlowAsk) -> VecDeque<Waiting> {
        self.take(ask).map(|entry| entry.waiting).unwrap_or_default()
    }

    /// A peer connected to us.
    pub(super) fn on_accepted(&mut self, flow: Flow, now: Moment) {
        self.streams.insert(flow.connection, false);
        self.remember((flow.transport, flow.remote, flow.local.ip()), flow, now);
    }

    /// A stream ended, or a socket.
    pub(super) fn on_closed(&mut self, connection: ConnectionId) {
        self.streams.remove(&connection);
        self.open.retain(|_, open| open.flow.connection != connection);
    }

    fn take(&mut self, ask: FlowAsk) -> Option<Ask> {
        let entry = self.asks.remove(&ask)?;
        self.asked.remove(&entry.wanted);
        Some(entry)
    }

    fn remember(&mut self, key: Key, flow: Flow, now: Moment) {
        if self.open.len() >= MAX_OPEN && !self.open.contains_key(&key) {
            let idlest = self.open.iter().min_by_key(|(_, open)| open.used).map(|(key, _)| *key);
            if let Some(idlest) = idlest {
                self.open.remove(&idlest);
            }
        }
        self.open.insert(key, Open { flow, used: now });
    }
}

/// Too many wait for one flow or name, or too many flows are being opened.
#[derive(Debug, thiserror::Error)]
#[error("too many requests wait for it already")]
pub(super) struct QueueFull;

/// At most this many messages wait for one flow or one name.
pub(super) const MAX_WAITING: usize = 4_096;
/// At most this many flows are being opened at once.
const MAX_ASKS: usize = 4_096;
/// At most this many flows are remembered for reuse; the longest unused is forgotten first and opened anew when needed.
const MAX_OPEN: usize = 8_192;
/// Sorts before every address.
const LOWEST: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
