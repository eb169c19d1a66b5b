//! Between the engine's words for media and media's own: the two crates do not name each other.

use std::num::NonZeroU16;

use engine::config::SoundName;
use engine::leg;
use media::detect::{self, Ending};
use media::oneway::OneWay;
use media::order;

use crate::config;
use crate::shards::browser;
use crate::sound::Library;

/// What a leg shall do, in media's words. A sound that the library lacks is silence: the call goes on.
pub(crate) fn leg_order(state: &leg::LegState, sounds: &Library) -> order::LegOrder {
    let media = state.media.as_ref().map(|media| match media {
        leg::LegMedia::Rtp(rtp) => order::LegMedia::Rtp {
            port: order::PortKey(rtp.port.0),
            order: order::RtpOrder {
                ssrc: rtp.ssrc,
                stream: rtp.stream.as_ref().map(stream),
                feed: feed(&rtp.feed, sounds),
                receive: rtp.receive,
                nat: rtp.nat,
                digits: rtp.digits.iter().filter_map(digit).collect(),
                record: rtp.record.as_ref().map(tap),
                detect: rtp.listen.map(listening),
            },
        },
        leg::LegMedia::Device(device) => order::LegMedia::Device {
            device: device.device.0.clone(),
            order: order::DeviceOrder {
                feed: feed(&device.feed, sounds),
                ring: device.ring.map(tone),
                muted: device.muted,
            },
        },
    });
    order::LegOrder { leg: order::LegKey(state.leg.0), generation: state.generation, media }
}

/// What media saw, in the engine's words; what concerns a recording is not about its leg.
pub(crate) fn media_news(news: order::News) -> Result<leg::MediaNews, leg::RecordingNews> {
    let event = match news.event {
        order::Event::Receiving => leg::MediaEvent::Receiving,
        order::Event::Silent { ms } => leg::MediaEvent::Silent { ms },
        order::Event::Digit { digit, duration_ms } => leg::MediaEvent::Digit { digit: digit.as_char(), duration_ms },
        order::Event::DigitSent { number } => leg::MediaEvent::DigitSent { number },
        order::Event::SoundEnded => leg::MediaEvent::SoundEnded,
        order::Event::Quality(quality) => leg::MediaEvent::Quality(leg::Quality {
            packets_sent: quality.packets_sent,
            packets_received: quality.packets_received,
            packets_lost: quality.packets_lost,
            jitter_ms: quality.jitter_ms,
            round_trip_ms: quality.round_trip_ms,
            remote_loss: quality.remote_loss,
            playout_ms: quality.playout_ms,
            concealed: quality.concealed,
            mos: quality.mos,
        }),
        order::Event::OneWay { cause } => leg::MediaEvent::OneWay { cause: cause.map(one_way) },
        order::Event::Failed { why } => leg::MediaEvent::Failed { why },
        order::Event::Unrecorded { recording, chunks } => {
            let recording = engine::id::RecordingId(recording.0);
            return Err(leg::RecordingNews::Lost { recording, chunks });
        }
        order::Event::Answered(seen) => leg::MediaEvent::Heard(heard(seen)),
    };
    Ok(leg::MediaNews { leg: engine::id::LegId(news.leg.0), generation: news.generation, event })
}

fn listening(wish: leg::Listening) -> detect::Settings {
    let settings = detect::Settings { deadline_ms: wish.deadline_ms, sure: wish.sure, ..detect::Settings::default() };
    match wish.greeting_ms {
        Some(ceiling_ms) => detect::Settings { await_end: true, ceiling_ms, ..settings },
        None => settings,
    }
}

/// However a greeting ended: a message can be left.
fn heard(seen: detect::Seen) -> leg::Heard {
    match seen {
        detect::Seen::Decided(decision) => match decision.verdict {
            detect::Verdict::Human => leg::Heard::Person,
            detect::Verdict::Machine => leg::Heard::Machine,
            detect::Verdict::Beep => leg::Heard::Beep,
            detect::Verdict::Undecided => leg::Heard::Nobody,
            detect::Verdict::Sit(sit) => leg::Heard::Tone(special(sit)),
            detect::Verdict::Progress(signal) => leg::Heard::Tone(progress(signal)),
        },
        detect::Seen::GreetingOver { ending: Ending::Beep | Ending::Silence | Ending::Ceiling, .. } => {
            leg::Heard::GreetingOver
        }
    }
}

fn special(sit: detect::Sit) -> leg::NetworkTone {
    match sit {
        detect::Sit::Intercept | detect::Sit::VacantCode => leg::NetworkTone::NoSuchNumber,
        detect::Sit::Reorder | detect::Sit::NoCircuit => leg::NetworkTone::Congestion,
        detect::Sit::Unspecified => leg::NetworkTone::Announcement,
    }
}

fn progress(signal: detect::Signal) -> leg::NetworkTone {
    match signal {
        detect::Signal::Ringback => leg::NetworkTone::Ringing,
        detect::Signal::Busy => leg::NetworkTone::Busy,
        detect::Signal::Congestion => leg::NetworkTone::Congestion,
        detect::Signal::Unobtainable => leg::NetworkTone::NoSuchNumber,
    }
}

/// Where pages reach us, as media opens it.
pub(crate) fn browser_settings(media: &config::Media) -> browser::Settings {
    let wanted = media.browser;
    browser::Settings { ips: media.ips.clone(), port: wanted.port.map(NonZeroU16::get), codec: codec(wanted.codec) }
}

fn tap(tap: &leg::Tap) -> order::Tap {
    order::Tap {
        recording: order::RecordingKey(tap.recording.0),
        started_ms: tap.started.timestamp_millis(),
        paused: tap.paused,
        against: tap.against.iter().map(|leg| order::LegKey(leg.0)).collect(),
    }
}

fn one_way(cause: OneWay) -> leg::OneWay {
    match cause {
        OneWay::DeviceGone => leg::OneWay::DeviceGone,
        OneWay::NotPermitted => leg::OneWay::NotPermitted,
        OneWay::Muted => leg::OneWay::Muted,
        OneWay::SilentMicrophone => leg::OneWay::SilentMicrophone,
        OneWay::NeverReceived => leg::OneWay::NeverReceived,
        OneWay::StoppedReceiving => leg::OneWay::StoppedReceiving,
        OneWay::WrongAddress => leg::OneWay::WrongAddress,
        OneWay::ComfortNoise => leg::OneWay::ComfortNoise,
        OneWay::FarEndLoses => leg::OneWay::FarEndLoses,
    }
}

fn stream(stream: &leg::Stream) -> order::Stream {
    order::Stream {
        remote: stream.remote,
        remote_rtcp: stream.remote_rtcp,
        codec: codec(stream.codec),
        payload_type: stream.payload_type,
        payload_type_in: stream.payload_type_in,
        opus: media::codec::OpusWishes { max_bitrate: stream.opus.max_bitrate, inband_fec: stream.opus.inband_fec },
        telephone_event: stream.telephone_event,
        telephone_event_in: stream.telephone_event_in,
        ptime_ms: stream.ptime_ms,
        may_send: stream.may_send,
        may_receive: stream.may_receive,
    }
}

fn codec(codec: engine::config::Codec) -> media::codec::Codec {
    match codec {
        engine::config::Codec::Pcma => media::codec::Codec::Pcma,
        engine::config::Codec::Pcmu => media::codec::Codec::Pcmu,
        engine::config::Codec::G722 => media::codec::Codec::G722,
        engine::config::Codec::Opus => media::codec::Codec::Opus,
    }
}

fn feed(feed: &leg::Feed, sounds: &Library) -> order::Feed {
    match feed {
        leg::Feed::Nothing => order::Feed::Nothing,
        leg::Feed::Silence => order::Feed::Silence,
        leg::Feed::Peer(leg) => order::Feed::Peer(order::LegKey(leg.0)),
        leg::Feed::Sound { name, repeat } => sound(name, *repeat, sounds),
        leg::Feed::Mix(legs) => order::Feed::Mix(legs.iter().map(|leg| order::LegKey(leg.0)).collect()),
        leg::Feed::Tone(one) => order::Feed::Tone(tone(*one)),
    }
}

fn tone(tone: leg::Tone) -> media::tone::Tone {
    match tone {
        leg::Tone::Ringback => media::tone::Tone::Ringback,
        leg::Tone::Busy => media::tone::Tone::Busy,
        leg::Tone::Ring => media::tone::Tone::Ring,
        leg::Tone::CallWaiting => media::tone::Tone::CallWaiting,
    }
}

fn sound(name: &SoundName, repeat: bool, sounds: &Library) -> order::Feed {
    match sounds.get(name.as_str()) {
        Some(sound) => order::Feed::Sound { sound, repeat },
        None => {
            tracing::error!(sound = %name, "no such sound in the sounds folder; the far end hears silence");
            order::Feed::Silence
        }
    }
}

fn digit(digit: &leg::OutDigit) -> Option<order::OutDigit> {
    Some(order::OutDigit {
        number: digit.number,
        digit: media::dtmf::Digit::from_char(digit.digit)?,
        duration_ms: digit.duration_ms,
        inband: digit.inband,
    })
}
