//! What several stories need: a seeded generator, a stream to talk through.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod traces;

use std::net::SocketAddr;
use std::time::Duration;

use media::codec::{Codec, OpusWishes};
use media::order::{Feed, RtpOrder, Stream};
use media::rtp::Packet;
use media::time::Moment;

/// xorshift64*: the same numbers for the same seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        (self.roll() >> 16) % bound
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Up to `most` bytes that often begin like a packet.
    pub fn bytes(&mut self, most: u64) -> Vec<u8> {
        let length = self.below(most);
        let mut bytes: Vec<u8> = (0..length).map(|_| self.roll() as u8).collect();
        if self.chance(90)
            && let Some(first) = bytes.first_mut()
        {
            *first = 0x80 | (*first & 0x3f);
        }
        bytes
    }
}

pub fn ms(ms: u64) -> Moment {
    Moment(10_000_000_000) + Duration::from_millis(ms)
}

pub fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], port))
}

pub fn stream(port: u16) -> Stream {
    Stream {
        remote: address(port),
        remote_rtcp: address(port + 1),
        codec: Codec::Pcma,
        payload_type: 8,
        payload_type_in: 8,
        opus: OpusWishes::default(),
        telephone_event: Some(101),
        telephone_event_in: Some(101),
        ptime_ms: 20,
        may_send: true,
        may_receive: true,
    }
}

pub fn order(ssrc: u32, port: u16, feed: Feed) -> RtpOrder {
    RtpOrder {
        ssrc,
        stream: Some(stream(port)),
        feed,
        receive: true,
        nat: false,
        digits: Vec::new(),
        record: None,
        detect: None,
    }
}

/// A packet of 20 ms.
pub fn packet(ssrc: u32, sequence: u16, timestamp: u32) -> Packet<'static> {
    Packet { marker: false, payload_type: 8, sequence, timestamp, ssrc, payload: &[0xd5; 160] }
}

pub fn written(packet: &Packet<'_>) -> Vec<u8> {
    let mut out = vec![0; 1_500];
    packet.write(&mut out).expect("it is shorter").to_vec()
}

/// Something like speech, for so many seconds at 8 kHz: a gliding voice of syllables and pauses over a little noise.
pub fn voice(seconds: u32) -> Vec<i16> {
    let (mut dice, mut phase) = (Dice(77), 0.0f64);
    let sample = |n| {
        let at = f64::from(n) / 8_000.0;
        phase += (120.0 + 25.0 * (at * 1.7).sin() + 8.0 * (at * 9.0).sin()) / 8_000.0;
        let syllable = ((at * 4.0 * std::f64::consts::TAU).sin() + 0.6).max(0.0);
        let loud = if at % 3.0 < 2.0 { syllable } else { 0.0 };
        let harmonics = (1..12).map(f64::from).map(|h| (phase * h * std::f64::consts::TAU).sin() / h);
        (harmonics.sum::<f64>() * loud * 4_000.0 + dice.below(40) as f64 - 20.0) as i16
    };
    (0..seconds * 8_000).map(sample).collect()
}
