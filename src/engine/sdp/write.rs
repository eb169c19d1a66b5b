//! Our own descriptions.

use bytes::Bytes;
use sdp_types::{Attribute, Connection, Media, Origin, Session};

use super::read::{self, FormatKind};
use super::{Direction, LocalMedia, SdpError};
use crate::config::Codec;

/// Payload type offered for telephone-event; the number most gateways expect.
pub(super) const TELEPHONE_EVENT: u8 = 101;
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
    let sounds = local.codecs.iter().map(|&codec| (codec.payload_type(), FormatKind::Sound(codec)));
    let events = local.telephone_event.then_some((TELEPHONE_EVENT, FormatKind::TelephoneEvent));
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
        FormatKind::Sound(codec) => vec![rtpmap(number, codec)],
        // Events 0–15 are the sixteen DTMF digits (RFC 4733 §3.2).
        FormatKind::TelephoneEvent => vec![
            Attribute::with_value("rtpmap", format!("{number} telephone-event/8000")),
            Attribute::with_value("fmtp", format!("{number} 0-15")),
        ],
    }
}

fn rtpmap(number: u8, codec: Codec) -> Attribute {
    Attribute::with_value("rtpmap", format!("{number} {}/8000", codec.name()))
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
