//! The sound of a kept recording, however it is kept: stereo, the agent left, the customer right.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use media::record::{NotARecording, Reader, Second, Seconds, Skipped, Track};
use media::resample::Converter;
use media::{Frame, Rate};

use super::opus;

/// What can be listened to, in order, about a second at a time. Its rate and length are known before its first sample.
#[derive(Debug)]
pub struct Sound {
    pub rate: Rate,
    /// Of each channel.
    pub samples: u64,
    /// What of the file is not heard: silence in its place.
    pub skipped: Skipped,
    given: u64,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Chunks { seconds: Seconds<BufReader<File>>, ahead: Option<Second>, number: u32, sides: [Converter; 2] },
    Opus(opus::Sound),
}

impl Sound {
    /// Looks the file through once.
    ///
    /// # Errors
    /// It cannot be read, or is no recording.
    pub fn open(path: &Path) -> io::Result<Sound> {
        if path.extension().is_some_and(|ending| ending == "opus") {
            let (rate, samples, sound) = opus::Sound::open(path)?;
            return Ok(Sound { rate, samples, skipped: Skipped::default(), given: 0, source: Source::Opus(sound) });
        }
        let (mut rate, mut last_second) = (Rate::Narrow, 1.0);
        let mut seconds = open(path)?;
        for second in seconds.by_ref() {
            let second = second?;
            rate = rate.max(second.rate());
            last_second = part(&second);
        }
        let whole = f64::from(seconds.length().saturating_sub(1));
        let length = match seconds.end() {
            Some(end) => end.milliseconds.min(u64::from(seconds.length()) * 1_000) as f64 / 1_000.0,
            None if seconds.length() == 0 => 0.0,
            None => whole + last_second,
        };
        let samples = (length * f64::from(rate.hertz())).round() as u64;
        let skipped = seconds.skipped();
        let sides = [Converter::new(rate), Converter::new(rate)];
        let source = Source::Chunks { seconds: open(path)?, ahead: None, number: 0, sides };
        Ok(Sound { rate, samples, skipped, given: 0, source })
    }

    fn next_part(&mut self) -> io::Result<Vec<i16>> {
        match &mut self.source {
            Source::Opus(sound) => sound.next_part(),
            Source::Chunks { seconds, ahead, number, sides } => {
                let next = match ahead.take() {
                    Some(second) => Some(second),
                    None => seconds.next().transpose()?,
                };
                let now = next.as_ref().filter(|second| second.number == *number);
                let [left, right] = side_by_side(now, sides);
                *ahead = next.filter(|second| second.number > *number);
                *number += 1;
                Ok(left.into_iter().zip(right).flat_map(|(left, right)| [left, right]).collect())
            }
        }
    }
}

/// A second of both channels at one rate; without it, silence.
fn side_by_side(second: Option<&Second>, sides: &mut [Converter; 2]) -> [Vec<i16>; 2] {
    let [left, right] = sides;
    [(Track::Agent, left), (Track::Customer, right)].map(|(track, converter)| {
        let silent = || (converter.rate(), vec![0; converter.rate().hertz() as usize]);
        let (rate, samples) = second.map_or_else(silent, |second| second.samples(track));
        let frames = samples.chunks(rate.frame()).map(|frame| Frame::new(rate, frame));
        frames.flat_map(|frame| converter.convert(&frame).samples().to_vec()).collect()
    })
}

/// Interleaved samples, left first.
impl Iterator for Sound {
    type Item = io::Result<Vec<i16>>;

    fn next(&mut self) -> Option<Self::Item> {
        let left = self.samples - self.given;
        if left == 0 {
            return None;
        }
        let part = self.next_part().map(|mut part| {
            part.truncate(usize::try_from(left.saturating_mul(2)).unwrap_or(usize::MAX));
            self.given += part.len() as u64 / 2;
            part
        });
        match part {
            Ok(part) if part.is_empty() => None,
            Ok(part) => Some(Ok(part)),
            Err(why) => {
                self.given = self.samples;
                Some(Err(why))
            }
        }
    }
}

/// How much of a second its longest chunk fills; an empty one is silence for as long as it lasts.
fn part(second: &Second) -> f64 {
    let filled =
        Track::ALL.into_iter().filter_map(|track| second.chunk(track)).filter(|chunk| !chunk.payload.is_empty());
    filled.map(|chunk| chunk.payload.len() as f64 / chunk.coding.second() as f64).reduce(f64::max).unwrap_or(1.0)
}

fn open(path: &Path) -> io::Result<Seconds<BufReader<File>>> {
    let named = |why: NotARecording| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()));
    Reader::open(BufReader::new(File::open(path)?)).map(|(_, reader)| Seconds::new(reader)).map_err(named)
}
