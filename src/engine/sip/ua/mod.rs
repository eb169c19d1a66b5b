//! The user-agent core: sends requests to where they belong, hands in what arrives.
//!
//! Between the machines that speak SIP (registrations, sessions) and the transactions below them. A request names a
//! [`NextHop`]; resolving, opening a flow, Via, retransmission and fail-over to the next target happen in here.

//!
//! How to drive it: call `send`, `respond`, `cancel`, `send_ack` and the `on_*` methods; after each, take out
//! [`Ua::poll_event`] and [`Ua::poll_output`] until both are empty; call [`Ua::on_timeout`] at [`Ua::poll_timeout`].
//!
//! Bounds: 4,096 messages wait for one flow or one name, 4,096 flows are opened at once, 8,192 flows and 4,096 names are
//! remembered, 65,536 server transactions live. What is beyond fails at once, or, from the network, is dropped unanswered.

mod deliver;
mod flows;
mod outcome;
mod request;
mod resolve;

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use crate::border::{Flow, FlowNews, Output, ResolveError, Targets};
use crate::config::{Destination, Target};
use crate::id::{QueryId, TransactionId};
use crate::random::Random;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method, Start};
use crate::sip::transaction::client::Clients;
use crate::sip::transaction::server::Servers;
use crate::sip::uri::{Host, Uri};
use crate::time::{Moment, Now, Timers, earliest};

use flows::{Flows, Waiting};
use request::Request;
use resolve::Names;

/// Where a request goes next.
#[derive(Clone, PartialEq, Debug)]
pub enum NextHop {
    /// Over this flow; when it is gone, to its remote address again.
    Flow(Flow),
    /// To this address over whatever flow leads there, opened when there is none.
    Target(Target),
    /// To a name: resolved, then each target in turn until one answers (RFC 3263 §4.3).
    Destination(Destination),
}

impl NextHop {
    /// Towards the first hop of a dialog: the flow the dialog lives on while it leads to the same place, else the address that
    /// the route set or the remote target names.
    pub fn towards(uri: Uri, flow: Flow) -> NextHop {
        let transport = uri.transport().unwrap_or(flow.transport);
        if let Host::Ip(ip) = uri.host {
            let address = SocketAddr::new(ip, uri.port.unwrap_or(5060));
            // A stream's far end is reached by the stream, whatever its listening port.
            let same = address == flow.remote || (flow.transport.is_reliable() && ip == flow.remote.ip());
            return match same && transport == flow.transport {
                true => NextHop::Flow(flow),
                false => NextHop::Target(Target { transport, address }),
            };
        }
        NextHop::Destination(Destination { host: uri.host, port: uri.port, transport })
    }
}

/// One request on its way out. No Via: the transaction puts it. Max-Forwards 70 and User-Agent are added when absent.
#[derive(Clone, PartialEq, Debug)]
pub struct Outgoing {
    pub request: Message,
    pub next: NextHop,
    /// Local address to send from, when several would do.
    pub local: Option<IpAddr>,
    /// When set, `Contact: <sip:USER@LOCAL:PORT;transport=…>` is written once the flow is known.
    pub contact_user: Option<String>,
}

/// Why no answer came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SendFailure {
    /// Timer B or F: nobody answered; counts as 408 (RFC 3261 §8.1.3.1). It may have got there, also where the transport failed on
    /// targets after that.
    Timeout,
    /// The transport failed on every target; counts as 503. An INVITE got to none of them.
    Transport(String),
    /// The name has no address.
    Unresolved(String),
    /// Cancelled before it left: the far end never heard of it.
    Cancelled,
}

/// What came of it. `O` is whoever asked.
#[derive(Clone, PartialEq, Debug)]
pub enum Event<O> {
    /// 1xx (not 100), 2xx (each one, forks too) or the one final answer.
    Response {
        owner: O,
        id: TransactionId,
        flow: Flow,
        response: Message,
    },
    Failed {
        owner: O,
        id: TransactionId,
        why: SendFailure,
    },
    /// A new request that needs an answer by [`Ua::respond`]. Never ACK, never CANCEL.
    Request {
        id: TransactionId,
        flow: Flow,
        request: Message,
    },
    /// An ACK to a 2xx (other ACKs end in the transaction).
    Ack {
        flow: Flow,
        request: Message,
    },
    /// A final answer to an INVITE or CANCEL that no transaction knows: of a former run, or too late. A 2xx wants ACK and
    /// BYE.
    Stray {
        flow: Flow,
        response: Message,
    },
    /// The INVITE with this id was cancelled by the peer; the CANCEL has its 200 already.
    Cancelled {
        id: TransactionId,
        request: Message,
    },
    /// A server INVITE's final answer never got its ACK, or could not be sent (only for non-2xx; 2xx are the session's).
    Abandoned {
        id: TransactionId,
    },
}

/// The user-agent core.
#[derive(Debug)]
pub struct Ua<O> {
    product: String,
    last_id: u64,
    /// Each request in the making or under way; a 2xx'd INVITE until Timer M.
    requests: BTreeMap<TransactionId, Request<O>>,
    /// Which request a client transaction is an attempt at. CANCEL is nobody's.
    attempts: BTreeMap<TransactionId, TransactionId>,
    clients: Clients,
    servers: Servers,
    flows: Flows,
    names: Names,
    /// Requests that wait for a name or a flow do so for 64·T1 at most.
    waits: Timers<TransactionId>,
    outputs: VecDeque<Output>,
    events: VecDeque<Event<O>>,
}

impl<O: Clone + std::fmt::Debug> Ua<O> {
    /// `product` goes into User-Agent and Server.
    pub fn new(product: String) -> Ua<O> {
        Ua {
            product,
            last_id: 0,
            requests: BTreeMap::new(),
            attempts: BTreeMap::new(),
            clients: Clients::default(),
            servers: Servers::default(),
            flows: Flows::default(),
            names: Names::default(),
            waits: Timers::default(),
            outputs: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Starts a client transaction. Events follow; the id is known at once. Never for ACK.
    pub fn send(&mut self, owner: O, mut outgoing: Outgoing, now: Now, random: &mut Random) -> TransactionId {
        let id = self.new_id();
        add_if_absent(&mut outgoing.request, Name::MaxForwards, MAX_FORWARDS);
        add_if_absent(&mut outgoing.request, Name::UserAgent, &self.product);
        self.start(id, owner, outgoing, now, random);
        id
    }

    /// Sends an ACK to a 2xx: no transaction, the caller sends it again for each repeated 2xx.
    pub fn send_ack(&mut self, mut ack: Message, next: NextHop, now: Now, random: &mut Random) {
        add_if_absent(&mut ack, Name::MaxForwards, MAX_FORWARDS);
        match next {
            NextHop::Flow(flow) if self.flows.is_alive(flow) => self.send_ack_over(flow, ack, random),
            NextHop::Flow(flow) => {
                let target = Target { transport: flow.transport, address: flow.remote };
                self.send_ack_to(target, Box::new(ack), now, random);
            }
            NextHop::Target(target) => self.send_ack_to(target, Box::new(ack), now, random),
            NextHop::Destination(destination) => match self.look_up(&destination, now.moment) {
                Some(targets) => {
                    if let Some(target) = targets.first() {
                        self.send_ack_to(*target, Box::new(ack), now, random);
                    }
                }
                // A full queue loses the ACK like the network may: the peer repeats its 2xx.
                None => drop(self.names.wait(&destination, Waiting::Ack(Box::new(ack)))),
            },
        }
    }

    /// Answers a server transaction; a 2xx to INVITE is sent again on each call (the session's timer repeats it, RFC 6026).
    /// No-op for an unknown id. Every INVITE must be answered in the end: its transaction has no timer that would do it.
    /// Other requests are forgotten after 64·T1 (RFC 4320).
    pub fn respond(&mut self, id: TransactionId, mut response: Message, now: Now) {
        add_if_absent(&mut response, Name::Server, &self.product);
        self.servers.respond(id, &response, now.moment);
        self.pass_answers();
    }

    /// Cancels a client INVITE: at once after a provisional answer, else when the first one comes (RFC 3261 §9.1); one that
    /// has not left fails as [`SendFailure::Cancelled`]. `reason` becomes a Reason field. The INVITE's own final answer
    /// still comes, a 487 or a 2xx that crossed; 64·T1 later at most, [`SendFailure::Timeout`].
    pub fn cancel(&mut self, id: TransactionId, reason: Option<String>, now: Now, random: &mut Random) {
        self.cancel_request(id, reason, now, random);
    }

    /// Stops asking what `of` says, INVITEs aside: nobody answers there. As if Timer F had fired, whoever asked hears
    /// [`SendFailure::Timeout`].
    pub fn give_up(&mut self, of: impl Fn(&O) -> bool) {
        let is_of =
            |request: &Request<O>| request.outgoing.request.method() != Some(Method::Invite) && of(&request.owner);
        let ids: Vec<_> = self.requests.iter().filter(|(_, request)| is_of(request)).map(|(id, _)| *id).collect();
        for id in ids {
            if let Some(attempt) = self.requests.get(&id).and_then(Request::attempt) {
                self.attempts.remove(&attempt);
                self.clients.forget(attempt);
            }
            self.fail(id, SendFailure::Timeout);
        }
    }

    /// The request as sent, with our Via, and its flow, once it is on one: what a CANCEL after a crash needs. Until the final
    /// answer; for a 2xx to INVITE until Timer M.
    pub fn sent_request(&self, id: TransactionId) -> Option<(&Message, Flow)> {
        self.clients.request(self.requests.get(&id)?.attempt()?)
    }

    /// A parsed and validated message from a trusted source.
    pub fn on_received(&mut self, flow: Flow, message: Message, now: Now, random: &mut Random) {
        match message.start {
            Start::Request { .. } => {
                let id = self.new_id();
                self.servers.on_request(id, flow, message, now.moment, random);
            }
            Start::Response { .. } => self.clients.on_response(flow, message, now.moment),
        }
        self.settle("", now, random);
    }

    pub fn on_flow(&mut self, news: FlowNews, now: Now, random: &mut Random) {
        match news {
            FlowNews::Opened(ask, flow) => {
                for waiting in self.flows.on_opened(ask, flow, now.moment) {
                    self.on_opened(ask, flow, waiting, now, random);
                }
            }
            FlowNews::Refused(ask, error) => {
                for waiting in self.flows.on_refused(ask) {
                    self.on_refused(ask, &error.0, waiting, now, random);
                }
            }
            FlowNews::Accepted(flow) => self.flows.on_accepted(flow, now.moment),
            FlowNews::Closed(connection, error) => {
                self.flows.on_closed(connection);
                self.clients.on_closed(connection, now.moment);
                self.settle(&error.0, now, random);
            }
            FlowNews::Unreachable(flow) => {
                self.clients.on_unreachable(flow, now.moment);
                self.servers.on_unreachable(flow, now.moment);
                self.settle(&format!("{} does not listen", flow.remote), now, random);
            }
        }
    }

    pub fn on_resolved(
        &mut self,
        query: QueryId,
        answer: Result<Targets, ResolveError>,
        now: Now,
        random: &mut Random,
    ) {
        let Some((destination, waiting)) = self.names.on_resolved(query, &answer, now.moment) else { return };
        for waiting in waiting {
            self.on_name(&destination, &answer, waiting, now, random);
        }
    }

    /// Handles at most 64 timers; the others stay due.
    pub fn on_timeout(&mut self, now: Now, random: &mut Random) {
        for _ in 0..MAX_TIMERS_AT_ONCE {
            if !self.handle_earliest_timer(now, random) {
                break;
            }
        }
        self.settle("", now, random);
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        earliest(self.waits.next(), earliest(self.clients.poll_timeout(), self.servers.poll_timeout()))
    }

    /// Next event for the layer above.
    pub fn poll_event(&mut self) -> Option<Event<O>> {
        self.events.pop_front()
    }

    /// `Send`, `Flow` or `Resolve`.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Asks for the addresses of a destination on behalf of `owner`-less policy (groups): answered by [`Ua::resolved`].
    pub fn resolve(&mut self, destination: &Destination, now: Now) {
        let _targets = self.look_up(destination, now.moment);
    }

    /// The addresses of a destination as last resolved, once [`Ua::resolve`] or a request has asked for them; literal
    /// addresses need no query. Kept until resolved anew (asked again every 60 s while used).
    pub fn resolved(&self, destination: &Destination) -> Option<&Targets> {
        self.names.resolved(destination)
    }

    /// The flow to `target`; when there is none it is opened, and whoever drives this sees [`FlowNews::Opened`].
    pub fn reach(&mut self, target: Target, local: Option<IpAddr>, now: Now) -> Option<Flow> {
        let open = self.flows.find(target, local, now.moment);
        if open.is_none()
            && let Ok((_, Some(order))) = self.flows.wait(target, local, Waiting::Nothing)
        {
            self.outputs.push_back(Output::Flow(order));
        }
        open
    }

    /// Whether we opened this connection ourselves (streams only).
    pub fn opened_by_us(&self, flow: Flow) -> bool {
        self.flows.opened_by_us(flow)
    }

    /// Live client and server transactions, and requests on their way to one: zero when everything has ended.
    pub fn transactions(&self) -> usize {
        let waiting = self.requests.values().filter(|request| request.attempt().is_none()).count();
        self.clients.len() + self.servers.len() + waiting
    }

    fn new_id(&mut self) -> TransactionId {
        self.last_id += 1;
        TransactionId(self.last_id)
    }

    /// False when none is due.
    fn handle_earliest_timer(&mut self, now: Now, random: &mut Random) -> bool {
        let Some(earliest) = self.poll_timeout() else { return false };
        if self.clients.poll_timeout() == Some(earliest) {
            return self.clients.on_timeout(now.moment);
        }
        if self.servers.poll_timeout() == Some(earliest) {
            return self.servers.on_timeout(now.moment);
        }
        let Some(id) = self.waits.pop_due(now.moment) else { return false };
        self.on_waited(id, now, random);
        true
    }
}

fn add_if_absent(message: &mut Message, name: Name, value: &str) {
    if !value.is_empty() && message.header(&name).is_none() {
        message.push(name, value);
    }
}

/// RFC 3261 §8.1.1.6.
const MAX_FORWARDS: &str = "70";
/// Keeps one call short; the rest is handled at the next.
const MAX_TIMERS_AT_ONCE: u32 = 64;
