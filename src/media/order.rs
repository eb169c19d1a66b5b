//! What is wanted of a leg, whole every time, and what is seen on it.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::codec::{Codec, OpusWishes};
use crate::detect;
use crate::dtmf::Digit;
use crate::oneway::OneWay;
use crate::sound::Sound;
use crate::tone::Tone;

/// Names a leg, as who orders names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LegKey(pub u64);

/// Names a lent pair of ports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PortKey(pub u64);

/// Names a recording.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RecordingKey(pub u64);

/// The whole wanted state of one leg. The last one wins; an older generation is ignored.
#[derive(Clone, PartialEq, Debug)]
pub struct LegOrder {
    pub leg: LegKey,
    /// Grows with every change.
    pub generation: u32,
    /// `None`: the leg has ended; port or device is given back.
    pub media: Option<LegMedia>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum LegMedia {
    Rtp { port: PortKey, order: RtpOrder },
    Device { device: Arc<str>, order: DeviceOrder },
}

/// Of a leg to the network.
#[derive(Clone, PartialEq, Debug)]
pub struct RtpOrder {
    /// Of the stream we send.
    pub ssrc: u32,
    /// `None`: nothing is sent, what arrives is dropped, sounds wait.
    pub stream: Option<Stream>,
    /// What the far end hears.
    pub feed: Feed,
    /// Whether what the far end says reaches other legs.
    pub receive: bool,
    /// Learn the true source behind NAT, then lock.
    pub nat: bool,
    /// In order; each number is sent once, whatever orders follow. They take the place of the feed, and wait while
    /// there is no stream or it may not be sent to.
    pub digits: Vec<OutDigit>,
    /// What is recorded beside it; for whoever keeps the leg, which itself does not know.
    pub record: Option<Tap>,
    /// Who answers is to be told, counted from the first order that says so and has a stream; `None`: nobody asks. The same
    /// again goes on, other settings begin anew (GN-17).
    pub detect: Option<detect::Settings>,
}

/// A recording of a leg: one track is what it receives, the other the sum of what `against` say to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tap {
    pub recording: RecordingKey,
    /// Civil time of its beginning, in Unix milliseconds.
    pub started_ms: i64,
    /// Both tracks are silent.
    pub paused: bool,
    pub against: Vec<LegKey>,
}

/// What offer and answer agreed on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stream {
    /// Where to send, and the only source accepted.
    pub remote: SocketAddr,
    pub remote_rtcp: SocketAddr,
    pub codec: Codec,
    /// Of `codec`, towards the far end.
    pub payload_type: u8,
    /// And from the far end: each side numbers its own (RFC 3264 §5.1).
    pub payload_type_in: u8,
    /// How the far end wants its Opus; of no account for other codecs.
    pub opus: OpusWishes,
    /// Of telephone-event, at the codec's clock, towards the far end, when negotiated.
    pub telephone_event: Option<u8>,
    /// And from the far end.
    pub telephone_event_in: Option<u8>,
    /// Packet time to send, in ms; held to what the codec has of 10–60.
    pub ptime_ms: u8,
    pub may_send: bool,
    pub may_receive: bool,
}

/// Of a leg to a person's device.
#[derive(Clone, PartialEq, Debug)]
pub struct DeviceOrder {
    /// What the person hears.
    pub feed: Feed,
    /// A call that comes in, on the device that rings.
    pub ring: Option<Tone>,
    /// Other legs hear silence from it.
    pub muted: bool,
}

/// Where a leg's outgoing sound comes from.
#[derive(Clone, PartialEq, Debug)]
pub enum Feed {
    /// No packet at all.
    Nothing,
    /// Packets of silence.
    Silence,
    /// What that leg receives: packet by packet where both are RTP with one codec and packet time (telephone-event
    /// too, where both have it), else sample by sample.
    Peer(LegKey),
    /// What these legs receive, added up.
    Mix(Vec<LegKey>),
    Sound {
        sound: Sound,
        repeat: bool,
    },
    Tone(Tone),
}

impl Feed {
    /// The legs that are listened to.
    pub fn peers(&self) -> &[LegKey] {
        match self {
            Feed::Peer(leg) => std::slice::from_ref(leg),
            Feed::Mix(legs) => legs,
            Feed::Nothing | Feed::Silence | Feed::Sound { .. } | Feed::Tone(_) => &[],
        }
    }
}

/// One digit to send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutDigit {
    /// Counts up over the leg's life.
    pub number: u32,
    pub digit: Digit,
    pub duration_ms: u16,
    /// Tones in the audio instead of telephone-event; without the latter they are used anyway.
    pub inband: bool,
}

/// What was seen on a leg, under which generation of its orders.
#[derive(Clone, PartialEq, Debug)]
pub struct News {
    pub leg: LegKey,
    pub generation: u32,
    pub event: Event,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// The first packet of the stream arrived.
    Receiving,
    /// Nothing arrived for this long, in ms; said again as it grows by 5 s.
    Silent { ms: u32 },
    /// A digit the far end sent, once per press.
    Digit { digit: Digit, duration_ms: u16 },
    /// The digit of this number is out.
    DigitSent { number: u32 },
    /// A sound without `repeat` came to its end.
    SoundEnded,
    /// Every 5 s and at the end.
    Quality(Quality),
    /// So many seconds of one track of a recording found no room on their way to the disk.
    Unrecorded { recording: RecordingKey, chunks: u32 },
    /// Only one side is heard, and why; `None` when that is over (SP-07).
    OneWay { cause: Option<OneWay> },
    /// Who answered, or that a machine's greeting is over, as [`RtpOrder::detect`] asks (GN-17).
    Answered(detect::Seen),
    /// Port or device cannot be used: why, in words.
    Failed { why: String },
}

/// One stream's measures since its beginning.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Quality {
    pub packets_sent: u64,
    pub packets_received: u64,
    pub packets_lost: u64,
    /// Datagrams from an address that is not the stream's: dropped.
    pub wrong_source: u64,
    /// Interarrival jitter (RFC 3550 §6.4.1), in ms.
    pub jitter_ms: f32,
    /// From RTCP; none until the far end reports.
    pub round_trip_ms: Option<f32>,
    /// Share lost as the far end reports it, 0–1.
    pub remote_loss: Option<f32>,
    /// How long sound waits after its fastest possible arrival, in ms; none where nobody here listens to it.
    pub playout_ms: Option<f32>,
    /// Share of that sound that was made up for packets lost or late, 0–1.
    pub concealed: f32,
    /// ITU-T G.107, 1–4.5.
    pub mos: f32,
}
