//! One page's connection: ICE, DTLS and SRTP by `str0m`, sans-IO, behind words of our own.
//!
//! ```text
//!   answer ──> Connecting ──ICE and DTLS──> Connected ──close_notify, close──> Closed
//!                  └──────────────────────────────────────────────────────────────^
//! ```
//!
//! We are ICE-lite: checks are answered and never sent, so no offer can make us send to an address that it names. Packets are
//! written only while connected, since the library would queue them without limit.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use media::codec::Codec;
use media::outgoing::Outgoing;
use media::rtp::{Packet, sequence_distance};
use media::time::Moment;
use str0m::change::SdpOffer;
use str0m::format::{Codec as Name, FormatParams};
use str0m::ice::StunMessage;
use str0m::media::{Frequency, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use super::BrowserError;

/// What offer and answer agreed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Agreed {
    pub codec: Codec,
    pub payload_type: u8,
    /// At the codec's clock.
    pub telephone_event: Option<u8>,
    pub may_send: bool,
    pub may_receive: bool,
}

/// A packet of the page, decrypted.
#[derive(Clone, Debug)]
pub struct Said {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: Arc<[u8]>,
}

impl Said {
    pub fn packet(&self) -> Packet<'_> {
        Packet {
            marker: self.marker,
            payload_type: self.payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            payload: &self.payload,
        }
    }
}

/// What a peer wants done.
pub enum Deed {
    Send { from: SocketAddr, to: SocketAddr, bytes: Vec<u8> },
    Said(Said),
}

/// A connection to one page.
pub struct Peer {
    rtc: Rtc,
    mid: Mid,
    agreed: Agreed,
    connected: bool,
    wakes: Instant,
    /// Whatever legs come and go, the page receives one stream.
    outgoing: Outgoing,
    numbers: Numbers,
}

/// Sequence numbers with their rollovers, as SRTP counts them.
struct Numbers {
    newest: u16,
    extended: u64,
}

/// The part of the user name that says for whom an ICE check is; `None` where it is none (RFC 8445 §7.2.2).
pub fn ufrag(datagram: &[u8]) -> Option<&str> {
    // RFC 7983 §7.
    if datagram.first().is_none_or(|first| *first > 3) {
        return None;
    }
    let user = StunMessage::parse(datagram).ok()?.username()?;
    user.split_once(':').map(|(ours, _)| ours)
}

impl Peer {
    /// Reads an offer and answers it: one stream of one codec.
    pub fn answer(
        sdp: &str,
        addresses: impl Iterator<Item = SocketAddr>,
        codec: Codec,
        (now, instant): (Moment, Instant),
    ) -> Result<(Peer, String), BrowserError> {
        one_audio_stream(sdp)?;
        let offer = SdpOffer::from_sdp_string(sdp).map_err(unusable)?;
        let mut rtc = config(codec).build(instant);
        for address in addresses {
            rtc.add_local_candidate(Candidate::host(address, "udp").map_err(unusable)?);
        }
        let answer = rtc.sdp_api().accept_offer(offer).map_err(unusable)?.to_sdp_string();
        let mid =
            answer.lines().find_map(|line| line.strip_prefix("a=mid:")).ok_or_else(|| unusable("it has no a=mid"))?;
        let mid = Mid::from(mid);
        while !matches!(rtc.poll_output().map_err(unusable)?, Output::Timeout(_)) {}
        let agreed = agreed(&rtc, mid, codec)?;
        let outgoing = Outgoing::new(now.0 as u32, codec.clock(), now);
        let numbers = Numbers { newest: 0, extended: 0 };
        Ok((Peer { rtc, mid, agreed, connected: false, wakes: instant, outgoing, numbers }, answer))
    }

    /// By which its ICE checks are known.
    pub fn ufrag(&mut self) -> String {
        self.rtc.direct_api().local_ice_credentials().ufrag
    }

    pub fn agreed(&self) -> Agreed {
        self.agreed
    }

    pub fn is_connected(&self) -> bool {
        self.connected && self.rtc.is_alive()
    }

    pub fn is_closed(&self) -> bool {
        !self.rtc.is_alive()
    }

    /// Takes a datagram; false where it is not from this page. Then drain.
    pub fn handle_datagram(&mut self, instant: Instant, [from, to]: [SocketAddr; 2], bytes: &[u8]) -> bool {
        let Ok(received) = Receive::new(Protocol::Udp, from, to, bytes) else { return false };
        let input = Input::Receive(instant, received);
        if !self.rtc.accepts(&input) {
            return false;
        }
        self.input(input);
        true
    }

    /// Time went by; then drain.
    pub fn handle_timeout(&mut self, instant: Instant) {
        if instant >= self.wakes {
            self.input(Input::Timeout(instant));
        }
    }

    /// A packet of a leg's stream; then drain.
    pub fn write(&mut self, now: Moment, instant: Instant, packet: &Packet<'_>) {
        let known =
            packet.payload_type == self.agreed.payload_type || Some(packet.payload_type) == self.agreed.telephone_event;
        if !self.is_connected() || !self.agreed.may_send || !known {
            return;
        }
        let Some(packet) = self.outgoing.relay(now, packet, packet.payload_type) else { return };
        let number = self.numbers.extend(packet.sequence);
        let payload_type = Pt::new_with_value(packet.payload_type);
        let write = RtpWrite::new(payload_type, number.into(), packet.timestamp, instant, packet.payload);
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(self.mid, None) {
            stream.write_rtp(write.marker(packet.marker));
        }
    }

    /// Says goodbye to the page; then drain.
    pub fn close(&mut self) {
        if self.rtc.close().is_err() {
            self.rtc.disconnect();
        }
    }

    /// What is to be done next; until `None` after everything that was handed in.
    pub fn poll(&mut self) -> Option<Deed> {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(wakes)) => {
                    self.wakes = wakes;
                    return None;
                }
                Ok(Output::Transmit(datagram)) => {
                    let (from, to) = (datagram.source, datagram.destination);
                    return Some(Deed::Send { from, to, bytes: datagram.contents.into() });
                }
                Ok(Output::Event(Event::RtpPacket(packet))) => {
                    return Some(Deed::Said(Said {
                        marker: packet.header.marker,
                        payload_type: *packet.header.payload_type,
                        sequence: packet.header.sequence_number,
                        timestamp: packet.header.timestamp,
                        ssrc: *packet.header.ssrc,
                        payload: packet.payload,
                    }));
                }
                Ok(Output::Event(Event::Connected)) => self.connected = true,
                Ok(Output::Event(Event::Closed)) => self.connected = false,
                // Statistics, other media: nothing that a headset has.
                Ok(Output::Event(_)) => {}
                Err(_) => {
                    self.rtc.disconnect();
                    return None;
                }
            }
        }
    }

    /// What the library cannot take is the end of the connection: the page makes a new one.
    fn input(&mut self, input: Input<'_>) {
        if self.rtc.handle_input(input).is_err() {
            self.rtc.disconnect();
        }
    }
}

impl Numbers {
    /// Begins low: no rollover can be lost with the first packets (RFC 3711 §3.3.1).
    fn extend(&mut self, sequence: u16) -> u64 {
        if self.extended == 0 {
            (self.newest, self.extended) = (sequence, FIRST);
        }
        let ahead = sequence_distance(self.newest, sequence);
        let number = self.extended.saturating_add_signed(ahead.into());
        if ahead > 0 {
            (self.newest, self.extended) = (sequence, number);
        }
        number
    }
}

/// Anything else in an offer would only cost.
fn one_audio_stream(sdp: &str) -> Result<(), BrowserError> {
    if sdp.len() > LONGEST_OFFER {
        return Err(unusable(format!("it is longer than {LONGEST_OFFER} bytes")));
    }
    let mut media = sdp.lines().filter(|line| line.starts_with("m="));
    match (media.next(), media.next()) {
        (Some(audio), None) if audio.starts_with("m=audio ") => Ok(()),
        _ => Err(unusable("it must have one stream, of audio")),
    }
}

fn config(codec: Codec) -> RtcConfig {
    let mut config = RtcConfig::new().set_rtp_mode(true).set_ice_lite(true).clear_codecs();
    config = match codec {
        Codec::Pcma => config.enable_pcma(true, false),
        Codec::Pcmu => config.enable_pcmu(true, false),
        Codec::G722 => config.enable_g722(true, false),
        Codec::Opus => config.enable_opus(true, false),
    };
    let keys = FormatParams { telephone_event_max: Some(15), ..FormatParams::default() };
    config.codec_config().add_config(EVENTS.into(), None, Name::Tele, clock(codec), None, keys);
    config
}

/// Telephone-events count like the sound beside them (RFC 4733 §2.1).
fn clock(codec: Codec) -> Frequency {
    match codec {
        Codec::Pcma | Codec::Pcmu | Codec::G722 => Frequency::EIGHT_KHZ,
        Codec::Opus => Frequency::FORTY_EIGHT_KHZ,
    }
}

/// Refused too is an offer that leaves no codec: nothing would ever be heard.
fn agreed(rtc: &Rtc, mid: Mid, codec: Codec) -> Result<Agreed, BrowserError> {
    let media = rtc.media(mid).ok_or_else(|| unusable("it has no stream"))?;
    let number = |is_events: bool| {
        let mut formats = rtc.codec_config().params().iter();
        let wanted = |pt: Pt| media.remote_pts().contains(&pt);
        formats
            .find(|format| format.spec().codec.is_tele() == is_events && wanted(format.pt()))
            .map(|format| *format.pt())
    };
    let payload_type = number(false).ok_or_else(|| unusable(format!("it does not have {codec:?}")))?;
    let direction = media.direction();
    Ok(Agreed {
        codec,
        payload_type,
        telephone_event: number(true),
        may_send: direction.is_sending(),
        may_receive: direction.is_receiving(),
    })
}

fn unusable(why: impl ToString) -> BrowserError {
    BrowserError::Unusable(why.to_string())
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Peer({:?}, connected: {})", self.agreed, self.connected)
    }
}

/// Browsers' are a third of it.
const LONGEST_OFFER: usize = 16 * 1024;
/// Ours, where the offer does not say another.
const EVENTS: u8 = 101;
/// Of the first packet.
const FIRST: u64 = 1_000;
