//! One leg's media: everything of one RTP stream, or of one device, tied together without sockets.

mod broadcast;
mod control;
mod device;
mod hearing;
mod incoming;
mod packer;
mod sending;

use std::collections::VecDeque;

pub use broadcast::{Broadcast, Format};
pub use device::DeviceLeg;
pub use incoming::{Heard, Kind};
pub use sending::PeerSound;

use crate::codec::Codec;
use crate::dtmf::{receive, send};
use crate::order::{Event, LegKey, RtpOrder, Stream};
use crate::outgoing::Outgoing;
use crate::reception::Reception;
use crate::source::SourceRule;
use crate::time::{Clock, Moment};
use crate::{Rate, feed};
use control::Control;
use hearing::{Answer, Hearing, Tones};
use packer::Packer;

/// A leg to the network.
#[derive(Debug)]
pub struct RtpLeg {
    outgoing: Outgoing,
    player: feed::Player,
    digits: send::Sender,
    receive: bool,
    nat: bool,
    flow: Option<Flow>,
    /// Somebody wants samples of what comes in.
    listened: bool,
    answer: Answer,
    news: VecDeque<Event>,
}

/// What exists since an offer or answer was read.
#[derive(Debug)]
struct Flow {
    stream: Stream,
    rule: SourceRule,
    reception: Reception,
    packer: Packer,
    hearing: Option<Box<Hearing>>,
    /// Only where telephone-event was not agreed on.
    tones: Option<Box<Tones>>,
    presses: receive::Receiver,
    control: Control,
}

impl RtpLeg {
    pub fn new(order: RtpOrder, now: Moment) -> RtpLeg {
        let mut leg = RtpLeg {
            outgoing: Outgoing::new(order.ssrc, Clock::SPEECH, now),
            player: feed::Player::new(order.feed.clone()),
            digits: send::Sender::default(),
            receive: order.receive,
            nat: order.nat,
            flow: None,
            listened: false,
            answer: Answer::default(),
            news: VecDeque::with_capacity(MOST_NEWS),
        };
        leg.handle_order(order, now);
        leg
    }

    /// Becomes what is wanted; what did not change goes on undisturbed.
    pub fn handle_order(&mut self, order: RtpOrder, now: Moment) {
        if order.ssrc != self.outgoing.ssrc() {
            self.outgoing = Outgoing::new(order.ssrc, self.outgoing.clock(), now);
        }
        self.player.handle_order(order.feed);
        self.digits.handle_order(&order.digits);
        self.receive = order.receive;
        self.answer.handle_order(order.detect);
        if let Some(stream) = &order.stream {
            self.outgoing.set_clock(now, stream.codec.clock());
        }
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

    /// What the far end sends, once that is agreed on.
    pub fn codec(&self) -> Option<Codec> {
        self.flow.as_ref().map(|flow| flow.stream.codec)
    }

    /// The legs that this one listens to.
    pub fn peers(&self) -> &[LegKey] {
        self.player.peers()
    }

    /// The rate of what comes in.
    pub fn rate(&self) -> Rate {
        self.flow.as_ref().map_or(Rate::Narrow, |flow| flow.stream.codec.rate())
    }

    /// Whether packets of `from` can be sent as they are: one codec (so one clock), one packet time.
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
        let clock = stream.codec.clock();
        Flow {
            rule: SourceRule::new(stream.remote, nat, now),
            reception: Reception::new(clock),
            packer: Packer::new(&stream),
            hearing: None,
            tones: Tones::needed(&stream),
            presses: receive::Receiver::new(clock),
            control: Control::new(now),
            stream,
        }
    }

    /// The same far end agreed on something else: hold, another codec.
    fn agree(&mut self, stream: Stream, now: Moment) {
        if stream.telephone_event_in != self.stream.telephone_event_in {
            self.tones = Tones::needed(&stream);
        }
        if stream.codec != self.stream.codec {
            let clock = stream.codec.clock();
            self.reception.set_clock(clock);
            self.presses = receive::Receiver::new(clock);
            self.hearing = None;
        }
        if (stream.codec, stream.opus) != (self.stream.codec, self.stream.opus) {
            self.packer = Packer::new(&stream);
        }
        if stream.may_receive && !self.stream.may_receive {
            self.control.expect_from(now);
        }
        self.stream = stream;
    }
}

/// Polled every tick, in which at most four things can happen.
const MOST_NEWS: usize = 8;
