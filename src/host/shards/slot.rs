//! One leg with its sockets or its device: one value, which can move to another shard between two ticks.

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

use media::codec::Codec;
use media::leg::{DeviceLeg, Format, Heard, PeerSound, RtpLeg};
use media::order::{DeviceOrder, Event, LegKey, RtpOrder};
use media::rtp::Packet;
use media::time::Moment;
use media::{Frame, Rate};

use super::browser::{PageKey, PageLeg, PageStanding, Pages};
use super::ports::PortPair;
use super::receive::{Received, receive};
use super::tap::Tapping;
use crate::sound::Device;

/// A leg in its shard.
pub(super) struct Slot {
    pub key: LegKey,
    pub generation: u32,
    /// A recording that is on it.
    pub tapping: Tapping,
    body: Body,
}

enum Body {
    Rtp { leg: Box<RtpLeg>, sockets: Arc<PortPair> },
    Device { leg: DeviceLeg, device: Box<dyn Device> },
    Page(PageLeg),
}

/// The state wanted of a leg whose port or device is already its own.
#[derive(Debug)]
pub(super) enum Wanted {
    Rtp(RtpOrder),
    Device(DeviceOrder),
}

impl Slot {
    pub fn rtp(key: LegKey, generation: u32, mut order: RtpOrder, sockets: Arc<PortPair>, now: Moment) -> Slot {
        sockets.drain();
        let mut tapping = Tapping::default();
        tapping.handle_order(order.record.take(), now);
        Slot { key, generation, tapping, body: Body::Rtp { leg: Box::new(RtpLeg::new(order, now)), sockets } }
    }

    pub fn device(key: LegKey, generation: u32, order: DeviceOrder, device: Box<dyn Device>) -> Slot {
        Slot { key, generation, tapping: Tapping::default(), body: Body::Device { leg: DeviceLeg::new(order), device } }
    }

    pub fn page(
        key: LegKey,
        generation: u32,
        order: DeviceOrder,
        (page, standing): (PageKey, Arc<PageStanding>),
        now: Moment,
    ) -> Slot {
        let leg = PageLeg::new(key, order, page, standing, now);
        Slot { key, generation, tapping: Tapping::default(), body: Body::Page(leg) }
    }

    pub fn handle_order(&mut self, generation: u32, wanted: Wanted, now: Moment) {
        if generation < self.generation {
            return;
        }
        self.generation = generation;
        match (&mut self.body, wanted) {
            (Body::Rtp { leg, .. }, Wanted::Rtp(mut order)) => {
                self.tapping.handle_order(order.record.take(), now);
                leg.handle_order(order, now);
            }
            (Body::Device { leg, .. }, Wanted::Device(order)) => leg.handle_order(order),
            (Body::Page(leg), Wanted::Device(order)) => leg.handle_order(order, now),
            // A leg that changes its kind arrives as a new slot.
            (Body::Rtp { .. }, Wanted::Device(_)) | (Body::Device { .. } | Body::Page(_), Wanted::Rtp(_)) => {}
        }
    }

    /// The legs that this one listens to.
    pub fn peers(&self) -> &[LegKey] {
        match &self.body {
            Body::Rtp { leg, .. } => leg.peers(),
            Body::Device { leg, .. } => leg.peers(),
            Body::Page(leg) => leg.rtp().peers(),
        }
    }

    /// The finest sound that comes from the network here; a device takes any.
    pub fn rate(&self) -> Rate {
        match &self.body {
            Body::Rtp { leg, .. } => leg.rate(),
            Body::Device { .. } => Rate::Narrow,
            Body::Page(leg) => leg.rtp().rate(),
        }
    }

    /// Whether this leg's packets can go out of `listener` as they are.
    pub fn relays_to(&self, listener: &Slot) -> bool {
        match (self.body.stream(), listener.body.stream()) {
            (Some(from), Some(to)) => self.body.has_packets() && to.can_relay(from),
            (None, _) | (_, None) => false,
        }
    }

    /// What it can send of what is encoded for several; see [`RtpLeg::format`].
    pub fn format(&self) -> Option<Format> {
        self.body.stream().and_then(RtpLeg::format)
    }

    /// Says whether somebody wants samples of this leg; gives back whether it must be listened to.
    pub fn keep_samples(&mut self, wanted: bool) -> bool {
        match &mut self.body {
            Body::Rtp { leg, .. } => {
                leg.keep_samples(wanted);
                wanted || leg.detects()
            }
            Body::Device { .. } => true,
            Body::Page(leg) => leg.keep_samples(wanted),
        }
    }

    /// What its packets are, of a leg that has packets.
    pub fn codec(&self) -> Option<Codec> {
        self.body.stream().and_then(RtpLeg::codec)
    }

    /// The page that it leads to.
    pub fn page_key(&self) -> Option<PageKey> {
        match &self.body {
            Body::Page(leg) => Some(leg.page()),
            Body::Rtp { .. } | Body::Device { .. } => None,
        }
    }

    /// Of a leg to a page, in every tick: whether others must hear it in another way than before.
    pub fn follow_page(&mut self, now: Moment, pages: &Pages) -> bool {
        match &mut self.body {
            Body::Page(leg) => leg.follow(pages.line(leg.page(), now), now),
            Body::Rtp { .. } | Body::Device { .. } => false,
        }
    }

    /// A packet of its page; given back when other legs may hear it.
    pub fn hear_page<'a>(&mut self, came: Moment, packet: Packet<'a>) -> Option<Heard<'a>> {
        match &mut self.body {
            Body::Page(leg) => leg.hear(came, packet),
            Body::Rtp { .. } | Body::Device { .. } => None,
        }
    }

    /// Of a leg to the network.
    pub fn sockets(&self) -> Option<&PortPair> {
        match &self.body {
            Body::Rtp { sockets, .. } => Some(sockets),
            Body::Device { .. } | Body::Page(_) => None,
        }
    }

    /// Takes the next datagram of the RTP socket; gives it back when other legs may hear it.
    pub fn receive<'b>(&mut self, now: Moment, buffer: &'b mut [u8]) -> Option<Heard<'b>> {
        let Body::Rtp { leg, sockets } = &mut self.body else { return None };
        let Received { length, from, waited } = receive(&sockets.rtp, buffer)?;
        leg.handle_packet(before(now, waited), from, buffer.get(..length)?)
    }

    /// Takes the next datagram of the RTCP socket.
    pub fn receive_control(&mut self, now: Moment, buffer: &mut [u8]) {
        let Body::Rtp { leg, sockets } = &mut self.body else { return };
        let Some(Received { length, from, waited }) = receive(&sockets.rtcp, buffer) else { return };
        leg.handle_rtcp(before(now, waited), from, buffer.get(..length).unwrap_or_default());
    }

    /// Sends a packet of the peer.
    pub fn relay(&mut self, now: Moment, heard: &Heard<'_>, out: &mut [u8], pages: Option<&mut Pages>) {
        match (&mut self.body, pages) {
            (Body::Rtp { leg, sockets }, _) => {
                if let Some((to, bytes)) = leg.relay(now, heard, out) {
                    send(&sockets.rtp, to, bytes);
                }
            }
            (Body::Page(leg), Some(pages)) => leg.relay(now, heard, out, pages),
            (Body::Device { .. }, _) | (Body::Page(_), None) => {}
        }
    }

    /// What the leg said in this tick.
    pub fn listen(&mut self, now: Moment) -> Frame {
        match &mut self.body {
            Body::Rtp { leg, .. } => leg.listen(now),
            Body::Device { leg, device } => {
                leg.watch(now, device.microphone());
                leg.say(device.capture())
            }
            Body::Page(leg) => leg.listen(now),
        }
    }

    /// 20 ms go by.
    pub fn tick(&mut self, now: Moment, peer: PeerSound<'_>, pages: Option<&mut Pages>) {
        match (&mut self.body, pages) {
            (Body::Rtp { leg, sockets }, _) => leg.tick(
                now,
                peer,
                |to, bytes| send(&sockets.rtp, to, bytes),
                |to, bytes| send(&sockets.rtcp, to, bytes),
            ),
            (Body::Device { leg, device }, _) => {
                let ring = leg.ring();
                let rings_apart = device.ring(ring.as_ref());
                device.play(&leg.hear(peer, ring.filter(|_| !rings_apart)));
            }
            (Body::Page(leg), Some(pages)) => leg.tick(now, peer, pages),
            (Body::Page(_), None) => {}
        }
    }

    /// Says goodbye; the events left are still to be polled.
    pub fn finish(&mut self, now: Moment) {
        match &mut self.body {
            Body::Rtp { leg, sockets } => leg.finish(now, |to, bytes| send(&sockets.rtcp, to, bytes)),
            Body::Device { .. } => {}
            Body::Page(leg) => leg.finish(now),
        }
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        match &mut self.body {
            Body::Rtp { leg, .. } => leg.poll_event(),
            Body::Device { leg, device } => {
                device.poll_failure().map(|why| Event::Failed { why }).or_else(|| leg.poll_event())
            }
            Body::Page(leg) => leg.poll_event(),
        }
    }
}

impl Body {
    /// What comes and goes as packets.
    fn stream(&self) -> Option<&RtpLeg> {
        match self {
            Body::Rtp { leg, .. } => Some(leg),
            Body::Page(leg) => Some(leg.rtp()),
            Body::Device { .. } => None,
        }
    }

    /// Whether all that it says is in its packets.
    fn has_packets(&self) -> bool {
        match self {
            Body::Rtp { .. } => true,
            Body::Page(leg) => leg.can_be_relayed(),
            Body::Device { .. } => false,
        }
    }
}

/// When that which waited for so long came.
pub(super) fn before(now: Moment, waited: Duration) -> Moment {
    Moment(now.0.saturating_sub(u64::try_from(waited.as_nanos()).unwrap_or(u64::MAX)))
}

/// A packet that cannot go is lost, as packets are.
fn send(socket: &UdpSocket, to: std::net::SocketAddr, bytes: &[u8]) {
    let _ = socket.send_to(bytes, to);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is there for every leg, whatever it does; a bridged call has four. Sound under way is apart, and only while it is.
    #[test]
    fn a_leg_that_only_relays_is_small() {
        assert!(size_of::<Slot>() <= 512, "{}", size_of::<Slot>());
        assert!(size_of::<RtpLeg>() <= 1_152, "{}", size_of::<RtpLeg>());
        assert!(size_of::<RtpLeg>() < size_of::<Frame>() && size_of::<DeviceLeg>() < size_of::<Frame>());
    }
}
