//! What two descriptions have in common.

use std::net::SocketAddr;

use bytes::Bytes;
use sdp_types::Media;

use super::read::{self, Audio, FormatKind};
use super::write;
use super::{Direction, LocalMedia, SdpError};
use crate::config::Codec;
use crate::leg::{OpusWishes, Stream};

/// Answers `offer`: as many `m=` lines as it has, all but one audio stream refused (RFC 3264 §6). One codec is chosen, the
/// first of the offerer's that we can do: the peer then cannot change it in mid-stream.
pub fn answer(local: &LocalMedia, offer: &[u8]) -> Result<(Bytes, Stream), SdpError> {
    let offer = read::session(offer)?;
    let (place, audio, codec) = first_usable(&offer, local)?;
    let direction = local.direction.and(audio.direction.reversed());
    let clock = codec.codec.clock();
    let events = audio.telephone_event(clock).filter(|_| local.telephone_event);
    let formats = [
        Some((codec.payload_type, FormatKind::Sound(codec.codec))),
        events.map(|number| (number, FormatKind::TelephoneEvent { clock })),
    ];
    let stream = |(index, media): (usize, &Media)| match index == place {
        true => write::audio_stream(local, &media.proto, direction, formats.into_iter().flatten().collect()),
        false => write::refused(media),
    };
    let ours = write::print(local, offer.medias.iter().enumerate().map(stream).collect());
    Ok((ours, agreed(&audio, codec, direction, Numbers { sound: codec.payload_type, events })))
}

/// What `answer` to our offer agreed on: of several codecs the first that we can do.
pub fn accept(local: &LocalMedia, answer: &[u8]) -> Result<Stream, SdpError> {
    let answer = read::session(answer)?;
    let (_, audio, codec) = first_usable(&answer, local)?;
    let direction = local.direction.and(audio.direction.reversed());
    let events = local.telephone_event.then(|| write::telephone_event(codec.codec.clock()));
    Ok(agreed(&audio, codec, direction, Numbers { sound: write::payload_type(codec.codec), events }))
}

/// The codec chosen, and its number in the peer's description.
#[derive(Clone, Copy)]
struct Chosen {
    codec: Codec,
    payload_type: u8,
    opus: OpusWishes,
}

/// The numbers at which we said we receive.
struct Numbers {
    sound: u8,
    events: Option<u8>,
}

/// The first audio stream with a codec of ours and an address we can reach; otherwise why not, stream by stream.
fn first_usable(session: &sdp_types::Session, local: &LocalMedia) -> Result<(usize, Audio, Chosen), SdpError> {
    let mut reasons = Vec::new();
    for (place, media) in session.medias.iter().enumerate() {
        let usable = read::audio(session, media).and_then(|audio| usable(audio, local));
        match usable {
            Ok((audio, chosen)) => return Ok((place, audio, chosen)),
            Err(why) => reasons.push(why),
        }
    }
    if reasons.is_empty() {
        reasons.push("there is no stream (m=)".to_owned());
    }
    Err(SdpError::NothingInCommon(reasons.join("; ")))
}

fn usable(audio: Audio, local: &LocalMedia) -> Result<(Audio, Chosen), String> {
    if !audio.ip.is_unspecified() && audio.ip.is_ipv4() != local.ip.is_ipv4() {
        return Err(format!("the far end's media address {} cannot be reached from {}", audio.ip, local.ip));
    }
    let chosen = audio.formats.iter().find_map(|format| match format.kind {
        FormatKind::Sound(codec) if local.codecs.contains(&codec) => {
            Some(Chosen { codec, payload_type: format.payload_type, opus: format.opus })
        }
        FormatKind::Sound(_) | FormatKind::TelephoneEvent { .. } => None,
    });
    let names = || local.codecs.iter().map(|codec| codec.name()).collect::<Vec<_>>().join(", ");
    let chosen = chosen.ok_or_else(|| format!("none of the codecs is one of ours ({})", names()))?;
    Ok((audio, chosen))
}

/// Digits are events where both said so, with the codec's clock (RFC 4733 §2.1).
fn agreed(audio: &Audio, chosen: Chosen, direction: Direction, ours: Numbers) -> Stream {
    let events = audio.telephone_event(chosen.codec.clock()).filter(|_| ours.events.is_some());
    Stream {
        remote: SocketAddr::new(audio.ip, audio.port),
        remote_rtcp: audio.rtcp,
        codec: chosen.codec,
        payload_type: chosen.payload_type,
        payload_type_in: ours.sound,
        opus: chosen.opus,
        telephone_event: events,
        telephone_event_in: ours.events.filter(|_| events.is_some()),
        ptime_ms: audio.ptime_ms,
        may_send: direction.may_send() && !audio.ip.is_unspecified(),
        may_receive: direction.may_receive(),
    }
}

impl Audio {
    /// The peer's number for telephone-event of this clock.
    fn telephone_event(&self, clock: u32) -> Option<u8> {
        let kind = FormatKind::TelephoneEvent { clock };
        self.formats.iter().find(|format| format.kind == kind).map(|format| format.payload_type)
    }
}
