//! What the engine wants of a leg's media: the whole state every time, and what media reports back.
//!
//! A [`LegState`] is idempotent and numbered by its generation; the last one wins. News carry the generation they were
//! seen under; the engine drops older ones.

use std::net::{IpAddr, SocketAddr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::config::{Codec, DeviceName, SoundName};
use crate::id::{LegId, PortId, RecordingId};

/// Ports already bound by the shell on one local address, lent for the engine to write into SDP at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PortBlock {
    pub ip: IpAddr,
    /// RTP port of each pair; RTCP is the next one up.
    pub ports: Vec<(PortId, u16)>,
}

/// The whole wanted state of one leg's media.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LegState {
    pub leg: LegId,
    /// Grows by one with every change.
    pub generation: u32,
    /// `None`: the leg has ended; give back its port or device. Only a device, or a desk
    /// phone that is one, may be wanted again, under a higher generation.
    pub media: Option<LegMedia>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum LegMedia {
    Rtp(RtpMedia),
    Device(DeviceMedia),
}

/// A leg to the network.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RtpMedia {
    pub port: PortId,
    /// Of the stream we send.
    pub ssrc: u32,
    /// Known once an answer or an offer was read; before that nothing is sent and everything received is dropped.
    pub stream: Option<Stream>,
    /// What the far end hears.
    pub feed: Feed,
    /// Whether what the far end says reaches the peer leg: false while we hold it.
    pub receive: bool,
    /// Learn the true source behind NAT (four packets in sequence within 2 s), then lock.
    pub nat: bool,
    /// Digits to send, in order; each is sent once, whatever states follow.
    pub digits: Vec<OutDigit>,
    /// Its voice is recorded as the customer's.
    pub record: Option<Tap>,
    /// Who answered is to be told, from the first state that says so; the same wish again goes on (GN-17).
    #[serde(default)]
    pub listen: Option<Listening>,
}

/// How it is found out who answered (GN-17).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Listening {
    /// After so many ms something is said, whatever is known.
    pub deadline_ms: u32,
    /// How likely a machine must be to be called one before that, in percent.
    pub sure: u8,
    /// The end of a machine's greeting is told too, after so many ms at most.
    pub greeting_ms: Option<u32>,
}

/// A recording of the leg it stands on: one track is what that leg receives, the other what these say to it (SP-08).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Tap {
    pub recording: RecordingId,
    /// Civil time of its beginning.
    pub started: DateTime<Utc>,
    /// Both tracks are silent.
    pub paused: bool,
    /// Whose sum is the agent's track: never music, never a tone.
    pub against: Vec<LegId>,
}

/// What offer and answer agreed on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stream {
    /// Where to send, and the only source accepted.
    pub remote: SocketAddr,
    pub remote_rtcp: SocketAddr,
    pub codec: Codec,
    /// Payload type of `codec` towards the far end.
    pub payload_type: u8,
    /// And from the far end: the number we said (RFC 3264 §5.1).
    pub payload_type_in: u8,
    /// How the far end wants its Opus; of no account for other codecs.
    pub opus: OpusWishes,
    /// Payload type of telephone-event, at the codec's clock, towards the far end, when negotiated.
    pub telephone_event: Option<u8>,
    /// And from the far end.
    pub telephone_event_in: Option<u8>,
    /// Packet time to send, in ms; 20 unless the far end asked otherwise.
    pub ptime_ms: u8,
    /// Whether the agreed direction lets us send; the far end's `sendonly` or `inactive` does not.
    pub may_send: bool,
    /// Whether the agreed direction lets the far end send.
    pub may_receive: bool,
}

/// What the far end wants of the Opus it receives (RFC 7587 §6.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct OpusWishes {
    /// `maxaveragebitrate`, in bits per second.
    pub max_bitrate: Option<u32>,
    /// `useinbandfec`: it makes use of copies of lost packets.
    pub inband_fec: bool,
}

/// A leg to a person's device.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DeviceMedia {
    pub device: DeviceName,
    /// What the person hears.
    pub feed: Feed,
    /// A call that comes in, on the device that rings; it may be the same one.
    pub ring: Option<Tone>,
    /// The far end hears silence, the stream goes on (VZ-06).
    pub muted: bool,
}

/// Where a leg's outgoing sound comes from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Feed {
    /// No packet at all.
    Nothing,
    /// Packets of silence.
    Silence,
    /// What the other leg receives: relayed untouched where both are RTP with one codec.
    Peer(LegId),
    /// What these legs receive, added up; in order, at least two.
    Mix(Vec<LegId>),
    /// A file of the sounds folder.
    Sound {
        name: SoundName,
        repeat: bool,
    },
    Tone(Tone),
}

/// Signals a person knows. Brazilian cadences (425 Hz; Anatel Resolução 717).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Tone {
    /// The called party is rung: 1 s on, 4 s off.
    Ringback,
    /// 250 ms on, 250 ms off.
    Busy,
    /// For the device: a call comes in.
    Ring,
    /// For the device: a second call comes in while one is up.
    CallWaiting,
}

/// One digit to send.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OutDigit {
    /// Counts up over the leg's life; media sends a number once.
    pub number: u32,
    /// `0`–`9`, `*`, `#`, `A`–`D`.
    pub digit: char,
    pub duration_ms: u16,
    /// Tones in the audio instead of telephone-event.
    pub inband: bool,
}

/// What media saw on a leg.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MediaNews {
    pub leg: LegId,
    pub generation: u32,
    pub event: MediaEvent,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum MediaEvent {
    /// The first packet of the stream arrived.
    Receiving,
    /// Nothing arrived for this long, in ms; said again as it grows by 5 s.
    Silent { ms: u32 },
    /// A digit the far end sent, by telephone-event or in-band, once per press.
    Digit { digit: char, duration_ms: u16 },
    /// The digit of this number is out.
    DigitSent { number: u32 },
    /// A sound without `repeat` came to its end.
    SoundEnded,
    /// Every 5 s and at the end.
    Quality(Quality),
    /// Only one side is heard, and why; `None` when that is over (SP-07).
    OneWay { cause: Option<OneWay> },
    /// Who answered, as [`RtpMedia::listen`] asks.
    Heard(Heard),
    /// Port or device cannot be used: why, in words.
    Failed { why: String },
}

/// Who or what is heard at the far end (GN-17).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heard {
    Person,
    Machine,
    /// The beep of a machine: it records from now.
    Beep,
    /// A machine's greeting is over: its beep, a long pause, or it took too long.
    GreetingOver,
    Tone(NetworkTone),
    /// Nobody spoke until the deadline.
    Nobody,
}

/// What a network says by tones, special information tones among them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkTone {
    /// Somebody is being rung.
    Ringing,
    Busy,
    /// No way through: later it may work.
    Congestion,
    /// There is no such number, or it is out of service.
    NoSuchNumber,
    /// What the announcement after it says.
    Announcement,
}

/// Why only one side of a call is heard (SP-07).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OneWay {
    /// We send silence: the person's device is not there.
    DeviceGone,
    /// We send silence: the system does not let us use the microphone.
    NotPermitted,
    /// We send silence, as the person wished.
    Muted,
    /// The microphone gives nothing.
    SilentMicrophone,
    /// Not one packet has come.
    NeverReceived,
    /// Packets came, and come no more.
    StoppedReceiving,
    /// Packets come from an address that is not the far end's.
    WrongAddress,
    /// Packets come without sound.
    ComfortNoise,
    /// The far end says that it loses what we send.
    FarEndLoses,
}

/// One stream's measures since its beginning.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Quality {
    pub packets_sent: u64,
    pub packets_received: u64,
    pub packets_lost: u64,
    /// Interarrival jitter, RFC 3550 §6.4.1, in ms.
    pub jitter_ms: f32,
    /// From RTCP; none until the far end reports.
    pub round_trip_ms: Option<f32>,
    /// Share lost as the far end reports it, 0–1.
    pub remote_loss: Option<f32>,
    /// How long received sound waits for its turn, in ms; none where nobody here listens to it.
    #[serde(default)]
    pub playout_ms: Option<f32>,
    /// Share of that sound that was made up for packets lost or late, 0–1.
    #[serde(default)]
    pub concealed: f32,
    /// ITU-T G.107, 1–4.5.
    pub mos: f32,
}

/// What the shell says of recordings: they are made there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RecordingNews {
    /// No recording can begin: why, in words. Those under way go on.
    Impossible {
        why: String,
    },
    PossibleAgain,
    /// So many seconds of one track never reached the disk.
    Lost {
        recording: RecordingId,
        chunks: u32,
    },
}
