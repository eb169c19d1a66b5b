//! What the peer wrote about one audio stream, in our terms.

use std::net::{IpAddr, SocketAddr};

use sdp_types::{Attribute, Connection, Media, Session};

use super::{Direction, SdpError};
use crate::config::Codec;
use crate::leg::OpusWishes;

/// Longest description read, in bytes. A browser's is about 6 KiB.
const MAX_BYTES: usize = 16 * 1024;
/// Most lines read.
const MAX_LINES: usize = 512;
/// Most streams in one description.
const MAX_STREAMS: usize = 16;
/// Most formats looked at in one `m=` line.
const MAX_FORMATS: usize = 64;

/// An audio stream that could be used, with the formats that we know.
#[derive(Debug)]
pub(super) struct Audio {
    /// Unspecified: the old style of hold (RFC 2543 §B.5).
    pub ip: IpAddr,
    pub port: u16,
    pub rtcp: SocketAddr,
    /// In the peer's order.
    pub formats: Vec<Format>,
    pub direction: Direction,
    /// Milliseconds of sound wanted in each packet.
    pub ptime_ms: u8,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    pub payload_type: u8,
    pub kind: FormatKind,
    /// Of its `a=fmtp`; only Opus has any.
    pub opus: OpusWishes,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum FormatKind {
    Sound(Codec),
    /// RFC 4733, at a clock of so many Hz.
    TelephoneEvent {
        clock: u32,
    },
}

/// Reads a peer's description, within the limits.
pub(super) fn session(bytes: &[u8]) -> Result<Session, SdpError> {
    if bytes.len() > MAX_BYTES {
        return Err(SdpError::Malformed(format!("{} bytes, at most {MAX_BYTES} are read", bytes.len())));
    }
    if bytes.iter().filter(|&&byte| byte == b'\n').count() > MAX_LINES {
        return Err(SdpError::Malformed(format!("more than {MAX_LINES} lines")));
    }
    let session = parse(bytes)?;
    if session.medias.len() > MAX_STREAMS {
        return Err(SdpError::Malformed(format!("more than {MAX_STREAMS} streams")));
    }
    Ok(session)
}

/// Reads a description of any length, one of our own. Bytes that are no UTF-8 are read as Latin-1: they can only be names.
pub(super) fn parse(bytes: &[u8]) -> Result<Session, SdpError> {
    let parsed = match std::str::from_utf8(bytes) {
        Ok(text) => Session::parse(text.as_bytes()),
        Err(_) => Session::parse(bytes.iter().map(|&byte| char::from(byte)).collect::<String>().as_bytes()),
    };
    parsed.map_err(|error| SdpError::Malformed(error.to_string()))
}

/// The stream of one `m=` line, or why it cannot be used.
pub(super) fn audio(session: &Session, media: &Media) -> Result<Audio, String> {
    if !media.media.eq_ignore_ascii_case("audio") {
        return Err(format!("{} is not audio", media.media));
    }
    if media.port == 0 {
        return Err("the audio stream is refused (port 0)".to_owned());
    }
    if !is_plain_rtp(&media.proto) {
        return Err(format!("{} is not plain RTP (RTP/AVP or RTP/AVPF)", media.proto));
    }
    let connection = media.connections.first().or(session.connection.as_ref());
    let ip = address(connection.ok_or("the audio stream has no address (c=)")?)?;
    Ok(Audio {
        ip,
        port: media.port,
        rtcp: rtcp(media, ip),
        formats: formats(media),
        direction: direction(&media.attributes).or(direction(&session.attributes)).unwrap_or_default(),
        ptime_ms: ptime(media, session),
    })
}

/// RTP/AVPF is taken for plain: nothing obliges us to send early feedback (RFC 4585 §3.1).
fn is_plain_rtp(proto: &str) -> bool {
    proto.eq_ignore_ascii_case("RTP/AVP") || proto.eq_ignore_ascii_case("RTP/AVPF")
}

fn address(connection: &Connection) -> Result<IpAddr, String> {
    let text = &connection.connection_address;
    let ip: IpAddr =
        text.parse().map_err(|_| format!("{text:?} in c= is not one IP address; host names are not resolved"))?;
    match ip {
        IpAddr::V4(v4) if v4.is_multicast() || v4.is_broadcast() => Err(format!("{ip} in c= is not one host")),
        IpAddr::V6(v6) if v6.is_multicast() => Err(format!("{ip} in c= is not one host")),
        IpAddr::V4(_) | IpAddr::V6(_) => Ok(ip),
    }
}

/// `a=rtcp:` (RFC 3605), else the next port up. An address that is not the stream's own is not followed: control packets
/// must not be sent to third parties.
fn rtcp(media: &Media, ip: IpAddr) -> SocketAddr {
    let given = value(&media.attributes, "rtcp").and_then(|text| text.split_whitespace().next()?.parse().ok());
    SocketAddr::new(ip, given.filter(|&port| port != 0).unwrap_or_else(|| media.port.saturating_add(1)))
}

fn formats(media: &Media) -> Vec<Format> {
    let numbers = media.fmt.split_whitespace().take(MAX_FORMATS).filter_map(|number| number.parse::<u8>().ok());
    numbers
        .filter(|&number| number < 128)
        .filter_map(|payload_type| {
            let kind = format_kind(media, payload_type)?;
            Some(Format { payload_type, kind, opus: opus_wishes(media, payload_type) })
        })
        .collect()
}

fn format_kind(media: &Media, payload_type: u8) -> Option<FormatKind> {
    match rtpmap(media, payload_type) {
        Some(encoding) => known_encoding(encoding),
        None => static_codec(payload_type).map(FormatKind::Sound),
    }
}

/// What `a=rtpmap:NUMBER ` says of `payload_type`.
fn rtpmap(media: &Media, payload_type: u8) -> Option<&str> {
    of_format(media, "rtpmap", payload_type)
}

/// The rest of `a=NAME:NUMBER …` for this number.
fn of_format<'m>(media: &'m Media, name: &'m str, payload_type: u8) -> Option<&'m str> {
    values(&media.attributes, name).find_map(|text| {
        let (number, rest) = text.trim().split_once(' ')?;
        (number.parse() == Ok(payload_type)).then_some(rest.trim())
    })
}

/// RFC 7587 §6.1. Values that are none are as if they were not there.
fn opus_wishes(media: &Media, payload_type: u8) -> OpusWishes {
    let parameters = of_format(media, "fmtp", payload_type).unwrap_or_default();
    let parameter = |name: &str| {
        let mut pairs = parameters.split(';').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    OpusWishes {
        max_bitrate: parameter("maxaveragebitrate").and_then(|bits| bits.parse().ok()),
        inband_fec: parameter("useinbandfec") == Some("1"),
    }
}

/// `NAME/CLOCK[/CHANNELS]`.
fn known_encoding(encoding: &str) -> Option<FormatKind> {
    let mut parts = encoding.split('/');
    let (name, clock, channels) = (parts.next()?, parts.next()?, parts.next().unwrap_or("1"));
    let clock: u32 = clock.parse().ok()?;
    if name.eq_ignore_ascii_case("telephone-event") {
        return Some(FormatKind::TelephoneEvent { clock });
    }
    let codec = Codec::ALL.into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name))?;
    // Opus always says two (RFC 7587 §7), whatever is in the packets; one is what somebody forgot.
    let fits = clock == codec.clock() && (channels == "1" || codec == Codec::Opus && channels == "2");
    fits.then_some(FormatKind::Sound(codec))
}

/// RFC 3551 §6: a static type needs no rtpmap.
fn static_codec(payload_type: u8) -> Option<Codec> {
    Codec::ALL.into_iter().find(|codec| codec.static_type() == Some(payload_type))
}

fn direction(attributes: &[Attribute]) -> Option<Direction> {
    attributes.iter().find_map(|attribute| Direction::from_attribute(&attribute.attribute))
}

/// `a=ptime`, within `a=maxptime`, where it is a packet we can make: 10 to 60 ms in steps of 10. Else 20 ms.
fn ptime(media: &Media, session: &Session) -> u8 {
    let number = |name| {
        let text = value(&media.attributes, name).or_else(|| value(&session.attributes, name))?;
        text.trim().parse::<u8>().ok()
    };
    let wanted = number("ptime").filter(|ms| (10..=60).contains(ms) && ms % 10 == 0).unwrap_or(20);
    match number("maxptime") {
        Some(most) if most < wanted => (most / 10 * 10).max(10),
        Some(_) | None => wanted,
    }
}

pub(super) fn value<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    values(attributes, name).next()
}

fn values<'a>(attributes: &'a [Attribute], name: &str) -> impl Iterator<Item = &'a str> {
    attributes
        .iter()
        .filter(move |attribute| attribute.attribute.eq_ignore_ascii_case(name))
        .filter_map(|attribute| attribute.value.as_deref())
}
