//! Conferences: what one party costs in one tick, from the packet that came to the packet that goes, without sockets. Beside
//! it the same legs with a sum made for each party by itself, and with an encoder each where all hear the same.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Duration;

use media::Frame;
use media::codec::{Codec, Encoder, OpusWishes};
use media::leg::{Broadcast, PeerSound, RtpLeg};
use media::mix::{Share, Sum, Voices, plan};
use media::order::{Feed, LegKey, RtpOrder, Stream};
use media::rtp::Packet;
use media::time::Moment;
use media::tone;

use crate::relay::stream;
use crate::report::{Goal, Row};
use crate::{Effort, cpu};

pub fn rows(effort: Effort) -> Vec<Row> {
    let goals = |codec| match codec {
        // Beside the encoder a sum is little.
        Codec::Opus => [Goal::None, Goal::None, Goal::None, Goal::Ratio(1.0)],
        Codec::Pcma | Codec::Pcmu | Codec::G722 => [Goal::None, Goal::None, Goal::Ratio(0.8), Goal::Ratio(0.4)],
    };
    let mixed = [Codec::Pcma, Codec::Opus].into_iter().flat_map(|codec| {
        [2, 3, 16, 50]
            .into_iter()
            .zip(goals(codec))
            .map(move |(parties, goal)| conference(codec, parties, goal, effort))
    });
    let listening = [(Codec::Pcma, Goal::Ratio(0.5)), (Codec::G722, Goal::Ratio(0.2)), (Codec::Opus, Goal::Ratio(0.2))];
    mixed.chain(listening.map(|(codec, goal)| audience(codec, goal, effort))).collect()
}

/// All talk and all listen.
fn conference(codec: Codec, parties: usize, goal: Goal, effort: Effort) -> Row {
    let others = |own: &usize| (0..parties).filter(|place| place != own).collect();
    let listeners: Vec<_> = (0..parties).map(|own| (own, others(&own))).collect();
    let speakers: Vec<_> = (0..parties).map(|place| Speaker::new(codec, place)).collect();
    let (shared, by_itself) = (plan(&listeners), each_by_itself(&listeners));
    let mut ours = || Room::new(codec, &speakers, &listeners, &shared, false).cost(effort.ticks);
    let mut each = || Room::new(codec, &speakers, &listeners, &by_itself, false).cost(effort.ticks);
    let [ours, each] = cpu::rounds(effort.rounds, [&mut ours, &mut each]);
    let what = format!("{parties} parties mixed, {codec:?}: one of them, 20 ms");
    Row { what, unit: "ns", ours, beside: Some(("a sum each", each)), goal }
}

/// Two talk; 48 more only listen.
fn audience(codec: Codec, goal: Goal, effort: Effort) -> Row {
    let listeners: Vec<_> = (2..50).map(|own| (own, vec![0, 1])).collect();
    let speakers = [0, 1].map(|place| Speaker::new(codec, place));
    let shared = plan(&listeners);
    let room = |once| Room::new(codec, &speakers, &listeners, &shared, once);
    let (mut ours, mut each) = (|| room(true).cost(effort.ticks), || room(false).cost(effort.ticks));
    let [ours, each] = cpu::rounds(effort.rounds, [&mut ours, &mut each]);
    let what = format!("48 listen to 2, {codec:?}: one of the 50, 20 ms");
    Row { what, unit: "ns", ours, beside: Some(("an encoder each", each)), goal }
}

/// A sum for each listener, of nobody but whom it hears.
fn each_by_itself(listeners: &[(usize, Voices)]) -> (Vec<Voices>, Vec<Share>) {
    let sums = listeners.iter().map(|(_, voices)| voices.clone()).collect();
    (sums, (0..listeners.len()).map(|sum| Share { sum, own: false }).collect())
}

/// Legs that hear each other, driven as a shard drives them. Who talks comes first.
struct Room<'s> {
    legs: Vec<RtpLeg>,
    /// Where each listener is, and what it hears.
    listeners: Vec<(usize, Share)>,
    sums: Vec<Sum>,
    /// Of the first sum, for everybody.
    broadcast: Option<Broadcast>,
    speakers: &'s [Speaker],
    ticks: u32,
}

impl Room<'_> {
    fn new<'s>(
        codec: Codec,
        speakers: &'s [Speaker],
        listeners: &[(usize, Voices)],
        (sums, shares): &(Vec<Voices>, Vec<Share>),
        once: bool,
    ) -> Room<'s> {
        let parties = listeners.iter().map(|(own, _)| own + 1).max().unwrap_or(0);
        let legs: Vec<RtpLeg> = (0..parties).map(|place| leg(codec, place, place < speakers.len())).collect();
        let format = legs.last().and_then(RtpLeg::format).expect("a packet each tick");
        Room {
            legs,
            listeners: listeners.iter().map(|(own, _)| *own).zip(shares.iter().copied()).collect(),
            sums: sums.iter().map(|voices| Sum::new(voices, codec.rate())).collect(),
            broadcast: once.then(|| Broadcast::new(format).expect("memory for an encoder")),
            speakers,
            ticks: 0,
        }
    }

    /// Of one party in one tick. The first ones fill the playout buffers and are not counted.
    fn cost(mut self, ticks: u32) -> f64 {
        let parties = self.legs.len() as f64;
        let _: u32 = (0..WARM_UP).map(|_| self.tick()).sum();
        let mut sent = 0;
        let cost = cpu::of_turn(ticks, || sent += self.tick());
        assert_eq!(sent, ticks * self.listeners.len() as u32, "everyone hears a packet each tick");
        cost / parties
    }

    /// How many packets left.
    fn tick(&mut self) -> u32 {
        let now = Moment(1_000_000_000) + Duration::from_millis(20 * u64::from(self.ticks));
        for (leg, speaker) in self.legs.iter_mut().zip(self.speakers) {
            leg.handle_packet(now, far(speaker.place), speaker.packet(self.ticks));
        }
        self.ticks += 1;
        let talking = self.legs.iter_mut().take(self.speakers.len());
        let said: Vec<Frame> = talking.map(|leg| leg.listen(now)).collect();
        self.sums.iter_mut().for_each(|sum| sum.tick(|place| said.get(place)));
        if let (Some(broadcast), Some(sum)) = (&mut self.broadcast, self.sums.first()) {
            broadcast.tick(&sum.without(None));
        }
        let mut sent = 0;
        for (place, share) in &self.listeners {
            let own;
            let heard = match &self.broadcast {
                Some(broadcast) => PeerSound::Encoded(broadcast.payload().expect("an encoding")),
                None => {
                    own = self.sums[share.sum].without(share.own.then_some(*place));
                    PeerSound::Frame(&own)
                }
            };
            self.legs[*place].tick(now, heard, |_, bytes| sent += u32::from(!black_box(bytes).is_empty()), |_, _| ());
        }
        sent
    }
}

fn leg(codec: Codec, place: usize, talks: bool) -> RtpLeg {
    let stream = Stream { codec, ..stream(far(place)) };
    let order = RtpOrder {
        ssrc: place as u32 + 1,
        stream: Some(stream),
        feed: Feed::Mix(vec![LegKey(1), LegKey(2)]),
        receive: true,
        nat: false,
        digits: Vec::new(),
        detect: None,
        record: None,
    };
    let mut leg = RtpLeg::new(order, Moment(1_000_000_000));
    leg.keep_samples(talks);
    leg
}

fn far(place: usize) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 4_000 + 2 * place as u16))
}

/// A far end that talks: its packets, made beforehand.
struct Speaker {
    place: usize,
    packets: Vec<Vec<u8>>,
}

impl Speaker {
    fn new(codec: Codec, place: usize) -> Speaker {
        let mut encoder = Encoder::new(codec, OpusWishes::default()).expect("memory for an encoder");
        let mut voices = tone::Voices::new((200.0 + 10.0 * place as f64, 2_000.0), (1_330.0, 500.0));
        let packets = (0..MOST_TICKS).map(|tick| {
            let frame = Frame::from_fn(codec.rate(), |_| voices.sample());
            let (mut payload, mut out) = ([0; 480], [0; 500]);
            let payload = encoder.encode(frame.samples(), &mut payload).expect("a whole frame");
            let timestamp = tick * codec.clock().ticks(20);
            let numbers = Packet { marker: false, payload_type: 8, sequence: tick as u16, timestamp, ssrc: 9, payload };
            numbers.write(&mut out).expect("room for a packet").to_vec()
        });
        Speaker { place, packets: packets.collect() }
    }

    fn packet(&self, tick: u32) -> &[u8] {
        &self.packets[tick as usize]
    }
}

const WARM_UP: u32 = 20;
/// As many packets are made beforehand.
const MOST_TICKS: u32 = WARM_UP + 100;
