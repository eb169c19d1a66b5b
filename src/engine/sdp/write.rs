//! Our own descriptions.

use std::collections::BTreeSet;

use bytes::Bytes;
use sdp_types::{Attribute, Connection, Media, Origin, Session};

use super::read::{self, FormatKind};
use super::{Direction, LocalMedia, SdpError};
use crate::config::Codec;

/// Payload type at which we offer a codec: dynamic ones as browsers number them.
pub(super) fn payload_type(codec: Codec) -> u8 {
    codec.static_type().unwrap_or(111)
}

/// And telephone-event beside codecs of this clock; at 8 kHz the number most gateways expect.
pub(super) fn telephone_event(clock: u32) -> u8 {
    if clock == 8_000 { 101 } else { 110 }
}

/// Milliseconds of sound we like to receive in each packet.
const PTIME: &str = "20";

/// The first offer of a dialog: one audio stream with everything we can do.
pub fn offer(local: &LocalMedia) -> Bytes {
    print(local, vec![audio_offer(local)])
}

/// A later offer of a dialog. `last` is the description we sent before: each of its streams keeps its place (RFC 3264
/// §8), and refused ones stay refused.
pub fn reoffer(local: &LocalMedia, last: &[u8]) -> Result<Bytes, SdpError> {
    let last = read::parse(last)?;
    let place = last.medias.iter().position(|media| read::audio(&last, media).is_ok());
    let Some(place) = place else {
        return Ok(offer(local));
    };
    let stream = |(index, media): (usize, &Media)| match index == place {
        true => audio_offer(local),
        false => refused(media),
    };
    Ok(print(local, last.medias.iter().enumerate().map(stream).collect()))
}

fn audio_offer(local: &LocalMedia) -> Media {
    let sounds = local.codecs.iter().map(|&codec| (payload_type(codec), FormatKind::Sound(codec)));
    // One for each clock among the codecs (RFC 4733 §2.1).
    let clocks: BTreeSet<u32> =
        local.codecs.iter().map(|codec| codec.clock()).filter(|_| local.telephone_event).collect();
    let events = clocks.into_iter().map(|clock| (telephone_event(clock), FormatKind::TelephoneEvent { clock }));
    audio_stream(local, "RTP/AVP", local.direction, sounds.chain(events).collect())
}

/// The audio stream with these formats, at our port.
pub(super) fn audio_stream(
    local: &LocalMedia,
    proto: &str,
    direction: Direction,
    formats: Vec<(u8, FormatKind)>,
) -> Media {
    let numbers: Vec<String> = formats.iter().map(|(number, _)| number.to_string()).collect();
    let mut attributes: Vec<Attribute> = formats.iter().flat_map(|&(number, kind)| describe(number, kind)).collect();
    attributes.push(Attribute::with_value("ptime", PTIME));
    attributes.push(Attribute::new(direction.as_str()));
    stream("audio", local.port, proto, &numbers.join(" "), attributes)
}

/// Port 0 in the place of a stream we do not take (RFC 3264 §6).
pub(super) fn refused(media: &Media) -> Media {
    stream(&media.media, 0, &media.proto, &media.fmt, Vec::new())
}

fn stream(kind: &str, port: u16, proto: &str, formats: &str, attributes: Vec<Attribute>) -> Media {
    Media {
        media: kind.to_owned(),
        port,
        num_ports: None,
        proto: proto.to_owned(),
        fmt: formats.to_owned(),
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes,
    }
}

fn describe(number: u8, kind: FormatKind) -> Vec<Attribute> {
    match kind {
        // We make use of copies, and like to be sent one channel, which is the default.
        FormatKind::Sound(Codec::Opus) => vec![
            Attribute::with_value("rtpmap", format!("{number} opus/48000/2")),
            Attribute::with_value("fmtp", format!("{number} useinbandfec=1")),
        ],
        FormatKind::Sound(codec) => {
            vec![Attribute::with_value("rtpmap", format!("{number} {}/{}", codec.name(), codec.clock()))]
        }
        // Events 0–15 are the sixteen DTMF digits (RFC 4733 §3.2).
        FormatKind::TelephoneEvent { clock } => vec![
            Attribute::with_value("rtpmap", format!("{number} telephone-event/{clock}")),
            Attribute::with_value("fmtp", format!("{number} 0-15")),
        ],
    }
}

/// The whole description around `streams`.
pub(super) fn print(local: &LocalMedia, streams: Vec<Media>) -> Bytes {
    let origin = Origin::with_ip_addr(local.origin.session, local.origin.version, local.ip);
    let mut session = Session::new(origin, "-");
    session.connection = Some(Connection::from_ip_addr(local.ip));
    session.medias = streams;
    let mut bytes = Vec::new();
    // Writing into memory cannot fail; should it ever, an empty body is refused by the peer and seen.
    match session.write(&mut bytes) {
        Ok(()) => Bytes::from(bytes),
        Err(_) => Bytes::new(),
    }
}
