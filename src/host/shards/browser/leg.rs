//! A leg to a page: a device to who orders it, a stream of packets to who talks with it.

use std::sync::Arc;

use media::codec::g711::Law;
use media::codec::{Codec, OpusWishes};
use media::leg::{Heard, Kind, PeerSound, RtpLeg};
use media::oneway::{self, Microphone, Watch};
use media::order::{DeviceOrder, Event, LegKey, RtpOrder, Stream};
use media::rtp::Packet;
use media::time::Moment;
use media::{Frame, TICK_MS};

use super::pages::Line;
use super::{PageKey, PageStanding, Pages};
use crate::sound::card::{Meter, Shown};

/// A device leg whose packets can be relayed.
#[derive(Debug)]
pub struct PageLeg {
    page: PageKey,
    leg: Box<RtpLeg>,
    ssrc: u32,
    order: DeviceOrder,
    line: Option<Line>,
    watch: Watch,
    one_way: Option<Event>,
    /// Every sample of what it last said was zero.
    still: bool,
    said: Meter,
    heard: Meter,
    standing: Arc<PageStanding>,
}

impl PageLeg {
    /// Its page may be connected already, or come, or never.
    pub fn new(key: LegKey, order: DeviceOrder, page: PageKey, standing: Arc<PageStanding>, now: Moment) -> PageLeg {
        let ssrc = key.0 as u32;
        PageLeg {
            page,
            leg: Box::new(RtpLeg::new(rtp_order(ssrc, &order, None), now)),
            ssrc,
            order,
            line: None,
            watch: Watch::default(),
            one_way: None,
            still: false,
            said: Meter::default(),
            heard: Meter::default(),
            standing,
        }
    }

    /// Whose page it is.
    pub fn page(&self) -> PageKey {
        self.page
    }

    /// The stream to the page.
    pub fn rtp(&self) -> &RtpLeg {
        &self.leg
    }

    /// Says whether somebody wants samples of it; gives back whether it must be listened to: without a page it is silence.
    pub fn keep_samples(&mut self, wanted: bool) -> bool {
        self.leg.keep_samples(wanted);
        wanted || self.leg.detects() || self.line.is_none()
    }

    /// The page itself rings, where its person wishes: nothing rings in the call's sound.
    pub fn handle_order(&mut self, order: DeviceOrder, now: Moment) {
        self.order = order;
        self.agree(now);
        // News under an older generation may be dropped on their way.
        let cause = self.watch.told();
        self.one_way = Some(Event::OneWay { cause });
    }

    /// What is known of the page now; true when others must hear it in another way than before.
    pub fn follow(&mut self, line: Option<Line>, now: Moment) -> bool {
        if line == self.line {
            return false;
        }
        self.line = line;
        self.agree(now);
        true
    }

    /// Whether its packets can go on as they come. Muted or silent it has none, while the far end's stream goes on (VZ-06).
    pub fn can_be_relayed(&self) -> bool {
        !self.order.muted && self.line.is_some_and(|line| line.speaks)
    }

    /// A packet of the page.
    pub fn hear<'a>(&mut self, came: Moment, packet: Packet<'a>) -> Option<Heard<'a>> {
        if let Some(agreed) = self.line.map(|line| line.agreed)
            && packet.payload_type == agreed.payload_type
            && let Some(still) = meter(&mut self.said, agreed.codec, packet.payload, &self.standing.said)
        {
            self.still = still;
        }
        self.leg.handle_authentic(came, packet)
    }

    /// What the page said in this tick.
    pub fn listen(&mut self, now: Moment) -> Frame {
        let frame = self.leg.listen(now);
        // G.711 is measured as it comes, whether anybody wants samples or not.
        if self.line.is_some_and(|line| law(line.agreed.codec).is_none()) {
            self.still = self.said.see_at(frame.rate().hertz(), frame.samples(), &self.standing.said);
        }
        frame
    }

    /// A packet of the leg that it hears.
    pub fn relay(&mut self, now: Moment, heard: &Heard<'_>, out: &mut [u8], pages: &mut Pages) {
        let Some((_, bytes)) = self.leg.relay(now, heard, out) else { return };
        if let Some(line) = self.line.filter(|_| heard.kind == Kind::Audio) {
            meter(&mut self.heard, line.agreed.codec, heard.packet.payload, &self.standing.heard);
        }
        pages.send(self.page, now, bytes);
    }

    /// 20 ms go by.
    pub fn tick(&mut self, now: Moment, peer: PeerSound<'_>, pages: &mut Pages) {
        match (peer, self.line) {
            (PeerSound::Frame(frame), _) => {
                self.heard.see_at(frame.rate().hertz(), frame.samples(), &self.standing.heard);
            }
            (PeerSound::Encoded(payload), Some(line)) => {
                meter(&mut self.heard, line.agreed.codec, payload, &self.standing.heard);
            }
            (PeerSound::Encoded(_), None) | (PeerSound::Relayed | PeerSound::Absent, _) => {}
        }
        let microphone = match self.line {
            Some(line) if line.speaks && self.still => Microphone::Still,
            Some(line) if line.speaks => Microphone::Open,
            Some(_) | None => Microphone::Gone,
        };
        let told = self.watch.see(now, oneway::sending(microphone, self.order.muted));
        self.one_way = told.or(self.one_way.take());
        let page = self.page;
        // RTCP is the peer's own.
        self.leg.tick(now, peer, |_, bytes| pages.send(page, now, bytes), |_, _| ());
    }

    /// Its call is over there; the events left are still to be polled.
    pub fn finish(&mut self, now: Moment) {
        self.standing.fall_silent();
        self.leg.finish(now, |_, _| ());
    }

    /// What a device has to tell; why a page says nothing is told in a device's words.
    pub fn poll_event(&mut self) -> Option<Event> {
        if let Some(event) = self.one_way.take() {
            return Some(event);
        }
        while let Some(event) = self.leg.poll_event() {
            match event {
                Event::SoundEnded | Event::Quality(_) | Event::Failed { .. } => return Some(event),
                Event::Receiving
                | Event::Silent { .. }
                | Event::Digit { .. }
                | Event::DigitSent { .. }
                | Event::Unrecorded { .. }
                | Event::Answered(_)
                | Event::OneWay { .. } => {}
            }
        }
        None
    }

    fn agree(&mut self, now: Moment) {
        self.leg.handle_order(rtp_order(self.ssrc, &self.order, self.line), now);
    }
}

/// A device's order in the words of a leg to the network.
fn rtp_order(ssrc: u32, order: &DeviceOrder, line: Option<Line>) -> RtpOrder {
    RtpOrder {
        ssrc,
        stream: line.map(stream),
        feed: order.feed.clone(),
        receive: !order.muted,
        nat: false,
        digits: Vec::new(),
        record: None,
        detect: None,
    }
}

fn stream(line: Line) -> Stream {
    let agreed = line.agreed;
    // The peer knows where its page is.
    let nowhere = ([0, 0, 0, 0], 0).into();
    Stream {
        remote: nowhere,
        remote_rtcp: nowhere,
        codec: agreed.codec,
        payload_type: agreed.payload_type,
        payload_type_in: agreed.payload_type,
        // Browsers make use of it (RFC 7587 §6.1).
        opus: OpusWishes { max_bitrate: None, inband_fec: true },
        telephone_event: agreed.telephone_event,
        telephone_event_in: agreed.telephone_event,
        ptime_ms: TICK_MS as u8,
        may_send: agreed.may_send,
        may_receive: agreed.may_receive,
    }
}

/// Measures a packet where that costs no decoder; whether it was still.
fn meter(meter: &mut Meter, codec: Codec, payload: &[u8], shown: &Shown) -> Option<bool> {
    let law = law(codec)?;
    let mut samples = [0; MOST_SAMPLES];
    let samples = samples.get_mut(..payload.len())?;
    law.decode(payload, samples);
    meter.see_at(codec.rate().hertz(), samples, shown);
    // A-law has no zero, and the faintest noise changes its sign.
    Some(samples.windows(2).all(|pair| pair.first() == pair.last()))
}

fn law(codec: Codec) -> Option<Law> {
    match codec {
        Codec::Pcma => Some(Law::A),
        Codec::Pcmu => Some(Law::Mu),
        Codec::G722 | Codec::Opus => None,
    }
}

/// 60 ms, the longest packet of G.711 that anybody sends.
const MOST_SAMPLES: usize = 480;
