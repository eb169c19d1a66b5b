//! One leg's media: everything of one RTP stream, or of one device, tied together without sockets.

mod control;
mod device;
mod incoming;
mod sending;

use std::collections::VecDeque;

pub use device::DeviceLeg;
pub use incoming::{Heard, Kind};
pub use sending::PeerSound;

use crate::dtmf::detect::Detector;
use crate::dtmf::{receive, send};
use crate::feed;
use crate::jitter::Jitter;
use crate::order::{Event, LegKey, RtpOrder, Stream};
use crate::outgoing::Outgoing;
use crate::reception::Reception;
use crate::source::SourceRule;
use crate::time::Moment;
use control::Control;
use sending::Packer;

/// A leg to the network.
#[derive(Debug)]
pub struct RtpLeg {
    outgoing: Outgoing,
    player: feed::Player,
    packer: Packer,
    digits: send::Sender,
    receive: bool,
    nat: bool,
    flow: Option<Flow>,
    /// Somebody wants samples of what comes in.
    listened: bool,
    news: VecDeque<Event>,
}

/// What exists since an offer or answer was read.
#[derive(Debug)]
struct Flow {
    stream: Stream,
    rule: SourceRule,
    reception: Reception,
    jitter: Option<Jitter>,
    /// Only where telephone-event was not agreed on.
    detector: Option<Box<Detector>>,
    presses: receive::Receiver,
    control: Control,
}

impl RtpLeg {
    pub fn new(order: RtpOrder, now: Moment) -> RtpLeg {
        let mut leg = RtpLeg {
            outgoing: Outgoing::new(order.ssrc, now),
            player: feed::Player::new(order.feed.clone()),
            packer: Packer::default(),
            digits: send::Sender::default(),
            receive: order.receive,
            nat: order.nat,
            flow: None,
            listened: false,
            news: VecDeque::with_capacity(MOST_NEWS),
        };
        leg.handle_order(order, now);
        leg
    }

    /// Becomes what is wanted; what did not change goes on undisturbed.
    pub fn handle_order(&mut self, order: RtpOrder, now: Moment) {
        if order.ssrc != self.outgoing.ssrc() {
            self.outgoing = Outgoing::new(order.ssrc, now);
        }
        self.player.handle_order(order.feed);
        self.digits.handle_order(&order.digits);
        self.receive = order.receive;
        let nat_changed = std::mem::replace(&mut self.nat, order.nat) != order.nat;
        match (&mut self.flow, order.stream) {
            (_, None) => self.flow = None,
            (Some(flow), Some(stream)) if flow.stream.remote == stream.remote && !nat_changed => {
                flow.agree(stream, now)
            }
            (Some(_) | None, Some(stream)) => self.flow = Some(Flow::new(stream, order.nat, now)),
        }
        self.keep_samples(self.listened);
    }

    /// The legs that this one listens to.
    pub fn peers(&self) -> &[LegKey] {
        self.player.peers()
    }

    /// Whether [`RtpLeg::listen`] must be called every tick even if nobody else wants the samples.
    pub fn detects(&self) -> bool {
        self.flow.as_ref().is_some_and(|flow| flow.detector.is_some())
    }

    /// Whether somebody will listen: only then samples are kept.
    pub fn keep_samples(&mut self, wanted: bool) {
        self.listened = wanted;
        if let Some(flow) = &mut self.flow {
            let needed = wanted || flow.detector.is_some();
            match (&flow.jitter, needed) {
                (None, true) => flow.jitter = Some(Jitter::new()),
                (Some(_), false) => flow.jitter = None,
                (Some(_), true) | (None, false) => {}
            }
        }
    }

    /// Whether packets of `from` can be sent as they are: one codec, one packet time.
    pub fn can_relay(&self, from: &RtpLeg) -> bool {
        match (&self.flow, &from.flow) {
            (Some(to), Some(from)) => {
                to.stream.codec == from.stream.codec && to.stream.ptime_ms == from.stream.ptime_ms
            }
            (None, _) | (_, None) => false,
        }
    }

    /// What was seen, oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.news.pop_front()
    }

    fn tell(&mut self, event: Event) {
        tell(&mut self.news, event);
    }
}

fn tell(news: &mut VecDeque<Event>, event: Event) {
    if news.len() < MOST_NEWS {
        news.push_back(event);
    }
}

impl Flow {
    fn new(stream: Stream, nat: bool, now: Moment) -> Flow {
        let detector = listens_for_tones(&stream);
        Flow {
            rule: SourceRule::new(stream.remote, nat, now),
            reception: Reception::default(),
            jitter: None,
            detector,
            presses: receive::Receiver::default(),
            control: Control::new(now),
            stream,
        }
    }

    /// The same far end agreed on something else: hold, another codec.
    fn agree(&mut self, stream: Stream, now: Moment) {
        if stream.telephone_event_in != self.stream.telephone_event_in {
            self.detector = listens_for_tones(&stream);
        }
        if stream.may_receive && !self.stream.may_receive {
            self.control.expect_from(now);
        }
        self.stream = stream;
    }
}

fn listens_for_tones(stream: &Stream) -> Option<Box<Detector>> {
    stream.telephone_event_in.is_none().then(Box::default)
}

/// Polled every tick, in which at most four things can happen.
const MOST_NEWS: usize = 8;
