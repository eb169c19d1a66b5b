//! The system's sound, as the library has it: the only file that names `cpal`.
//!
//! Everything here may wait for the sound server; each caller has a thread for it.

use std::sync::mpsc::Sender;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    BufferSize, Device, ErrorKind, FromSample, Host, HostId, Sample, SampleFormat, SizedSample, StreamConfig,
    SupportedBufferSize, SupportedStreamConfigRange,
};
use rtrb::{Consumer, Producer};
use serde::{Deserialize, Serialize};

use super::endpoint::{Absence, Direction, Look, Offer, Wanted};

/// A stream that runs; dropping it closes it.
pub trait Running {}

/// What an endpoint needs of the system.
pub trait System {
    /// What can be opened in this direction now, as far as it matters to what is wanted.
    fn look(&mut self, direction: Direction, wanted: &Wanted) -> Look;

    /// Begins to capture into `ring`; what ends the stream comes out of `ends`.
    fn capture(&mut self, id: &str, ring: Producer<i16>, ends: Sender<Absence>) -> Result<Box<dyn Running>, Absence>;

    /// Begins to play from `ring`.
    fn play(&mut self, id: &str, ring: Consumer<i16>, ends: Sender<Absence>) -> Result<Box<dyn Running>, Absence>;
}

/// PulseAudio or PipeWire where one runs, and ALSA.
#[derive(Default)]
pub struct Sound {
    server: Option<Host>,
    alsa: Option<Host>,
    /// Once a sound server was seen, "default" means its default: what ALSA calls so would be something else.
    server_seen: bool,
}

impl Running for cpal::Stream {}

impl System for Sound {
    fn look(&mut self, direction: Direction, wanted: &Wanted) -> Look {
        let mut look = self.look_at_server(direction);
        let settled = wanted.choice(&look).is_some() || (*wanted == Wanted::Default && self.server_seen);
        if !settled {
            self.add_alsa(direction, &mut look);
        }
        look
    }

    fn capture(&mut self, id: &str, ring: Producer<i16>, ends: Sender<Absence>) -> Result<Box<dyn Running>, Absence> {
        let device = self.find(id, Direction::Input)?;
        let (config, format) = choose(device.supported_input_configs().map_err(absence)?.collect(), 1)?;
        let stream = match format {
            SampleFormat::F32 => capture::<f32>(&device, config, ring, ends),
            SampleFormat::I32 => capture::<i32>(&device, config, ring, ends),
            _ => capture::<i16>(&device, config, ring, ends),
        };
        begin(stream)
    }

    fn play(&mut self, id: &str, ring: Consumer<i16>, ends: Sender<Absence>) -> Result<Box<dyn Running>, Absence> {
        let device = self.find(id, Direction::Output)?;
        let (config, format) = choose(device.supported_output_configs().map_err(absence)?.collect(), 2)?;
        let stream = match format {
            SampleFormat::F32 => play::<f32>(&device, config, ring, ends),
            SampleFormat::I32 => play::<i32>(&device, config, ring, ends),
            _ => play::<i16>(&device, config, ring, ends),
        };
        begin(stream)
    }
}

impl Sound {
    fn look_at_server(&mut self, direction: Direction) -> Look {
        if self.server.is_none() {
            match cpal::host_from_id(HostId::PulseAudio) {
                Ok(server) => self.server = Some(server),
                Err(error) => return Look { refused: Some(absence(error)), ..Look::default() },
            }
        }
        let Some(server) = &self.server else { return Look::default() };
        match list(server, direction) {
            Ok(look) => {
                self.server_seen = true;
                look
            }
            Err(error) => {
                // A connection that broke does not heal.
                self.server = None;
                Look { refused: Some(absence(error)), ..Look::default() }
            }
        }
    }

    fn add_alsa(&mut self, direction: Direction, look: &mut Look) {
        if self.alsa.is_none() {
            self.alsa = cpal::host_from_id(HostId::Alsa).ok();
        }
        let Some(more) = self.alsa.as_ref().and_then(|alsa| list(alsa, direction).ok()) else { return };
        look.offers.extend(more.offers);
        if !self.server_seen {
            look.default = look.default.take().or(more.default);
        }
    }

    fn find(&self, id: &str, direction: Direction) -> Result<Device, Absence> {
        let hosts = [&self.server, &self.alsa].into_iter().flatten();
        let mut devices = hosts.filter_map(|host| of_direction(host, direction).ok()).flatten();
        devices.find(|device| id_of(device).as_deref() == Some(id)).ok_or(Absence::Gone)
    }
}

/// Everything that a person may name in the configuration.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Offered {
    pub inputs: Vec<Offer>,
    pub outputs: Vec<Offer>,
}

/// Looks once. May wait some seconds for a sound server that does not answer.
pub fn offered() -> Offered {
    let mut sound = Sound::default();
    let mut all = |direction| {
        let mut look = sound.look_at_server(direction);
        sound.add_alsa(direction, &mut look);
        look.offers
    };
    Offered { inputs: all(Direction::Input), outputs: all(Direction::Output) }
}

fn list(host: &Host, direction: Direction) -> Result<Look, cpal::Error> {
    let offer = |device: Device| {
        let name = device.description().map(|about| about.name().to_owned()).unwrap_or_default();
        Some(Offer { id: id_of(&device)?, name })
    };
    let default = match direction {
        Direction::Input => host.default_input_device(),
        Direction::Output => host.default_output_device(),
    };
    Ok(Look {
        offers: of_direction(host, direction)?.filter_map(offer).collect(),
        default: default.as_ref().and_then(id_of),
        refused: None,
    })
}

fn of_direction(host: &Host, direction: Direction) -> Result<Box<dyn Iterator<Item = Device>>, cpal::Error> {
    Ok(match direction {
        Direction::Input => Box::new(host.input_devices()?),
        Direction::Output => Box::new(host.output_devices()?),
    })
}

/// `pulseaudio:NAME` or `alsa:NAME`.
fn id_of(device: &Device) -> Option<String> {
    device.id().ok().map(|id| id.to_string())
}

/// 48 kHz in a format that we convert, with as few channels as do, at least `channels` where there is a choice.
fn choose(offered: Vec<SupportedStreamConfigRange>, channels: u16) -> Result<(StreamConfig, SampleFormat), Absence> {
    let fits = |range: &&SupportedStreamConfigRange| {
        (range.min_sample_rate()..=range.max_sample_rate()).contains(&RATE) && FORMATS.contains(&range.sample_format())
    };
    let worth = |range: &&SupportedStreamConfigRange| {
        let format = FORMATS.iter().position(|format| *format == range.sample_format());
        (range.channels() < channels, range.channels().abs_diff(channels), format)
    };
    let Some(best) = offered.iter().filter(fits).min_by_key(worth) else {
        return Err(Absence::Failed("it does not run at 48 kHz; name one that converts, such as alsa:plughw:…".into()));
    };
    let frames = match best.buffer_size() {
        SupportedBufferSize::Range { min, max } => BITE.clamp(*min, *max),
        SupportedBufferSize::Unknown => BITE,
    };
    let config = StreamConfig { channels: best.channels(), sample_rate: RATE, buffer_size: BufferSize::Fixed(frames) };
    Ok((config, best.sample_format()))
}

/// One channel of several: their mean.
fn capture<T: SizedSample>(
    device: &Device,
    config: StreamConfig,
    mut ring: Producer<i16>,
    ends: Sender<Absence>,
) -> Result<cpal::Stream, cpal::Error>
where
    i32: FromSample<T>,
{
    let channels = usize::from(config.channels.max(1));
    let take = move |samples: &[T], _: &cpal::InputCallbackInfo| {
        for frame in samples.chunks_exact(channels) {
            let sum: i64 = frame.iter().map(|sample| i64::from(i32::from_sample(*sample) >> 16)).sum();
            // Full: nobody reads, and what is not read is not missed.
            let _ = ring.push((sum / channels as i64) as i16);
        }
    };
    device.build_input_stream(config, take, ended(ends), Some(PATIENCE))
}

/// The same on every channel; silence where there is nothing.
fn play<T: SizedSample + FromSample<i16>>(
    device: &Device,
    config: StreamConfig,
    mut ring: Consumer<i16>,
    ends: Sender<Absence>,
) -> Result<cpal::Stream, cpal::Error> {
    let channels = usize::from(config.channels.max(1));
    let give = move |samples: &mut [T], _: &cpal::OutputCallbackInfo| {
        for frame in samples.chunks_mut(channels) {
            frame.fill(T::from_sample(ring.pop().unwrap_or(0)));
        }
    };
    device.build_output_stream(config, give, ended(ends), Some(PATIENCE))
}

/// A glitch is no end; everything else is, since none of it mends itself.
fn ended(ends: Sender<Absence>) -> impl FnMut(cpal::Error) + Send + 'static {
    move |error| match error.kind() {
        ErrorKind::Xrun | ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged => {}
        // Nobody listens any more when the stream is being closed.
        _ => drop(ends.send(absence(error))),
    }
}

fn begin(stream: Result<cpal::Stream, cpal::Error>) -> Result<Box<dyn Running>, Absence> {
    let stream = stream.map_err(absence)?;
    stream.play().map_err(absence)?;
    Ok(Box::new(stream))
}

fn absence(error: cpal::Error) -> Absence {
    match error.kind() {
        ErrorKind::PermissionDenied => Absence::Forbidden,
        ErrorKind::HostUnavailable => Absence::NoServer,
        ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated => Absence::Gone,
        _ => Absence::Failed(error.to_string()),
    }
}

/// In the order of preference.
const FORMATS: [SampleFormat; 3] = [SampleFormat::I16, SampleFormat::F32, SampleFormat::I32];
const RATE: u32 = 48_000;
/// Asked for at a time, in frames: 20 ms. What comes differs. The server keeps no more than one of them for us: with 10 ms a
/// machine that is busy for a moment loses sound.
const BITE: u32 = 960;
/// For the sound server to make a stream.
const PATIENCE: Duration = Duration::from_secs(3);
