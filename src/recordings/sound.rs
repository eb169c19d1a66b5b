//! The sound of a kept recording, however it is kept: stereo, the agent left, the customer right.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use media::record::{NotARecording, Reader, Second, Seconds, Skipped, Track};

use super::opus;

/// What can be listened to, in order, about a second at a time. Its rate and length are known before its first sample.
#[derive(Debug)]
pub struct Sound {
    /// Samples a second of each channel.
    pub rate: u32,
    /// Of each channel.
    pub samples: u64,
    /// What of the file is not heard: silence in its place.
    pub skipped: Skipped,
    given: u64,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Chunks { seconds: Seconds<BufReader<File>>, ahead: Option<Second>, number: u32 },
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
        let (mut rate, mut last_second) = (8_000, 1.0);
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
        let samples = (length * f64::from(rate)).round() as u64;
        let skipped = seconds.skipped();
        let source = Source::Chunks { seconds: open(path)?, ahead: None, number: 0 };
        Ok(Sound { rate, samples, skipped, given: 0, source })
    }

    fn next_part(&mut self) -> io::Result<Vec<i16>> {
        match &mut self.source {
            Source::Opus(sound) => sound.next_part(),
            Source::Chunks { seconds, ahead, number } => {
                let second = match ahead.take() {
                    Some(second) => Some(second),
                    None => seconds.next().transpose()?,
                };
                let silence = vec![0; self.rate as usize];
                let (left, right) = match &second {
                    Some(second) if second.number == *number => {
                        (second.samples(Track::Agent, self.rate), second.samples(Track::Customer, self.rate))
                    }
                    Some(_) | None => (silence.clone(), silence),
                };
                *ahead = second.filter(|second| second.number > *number);
                *number += 1;
                Ok(left.into_iter().zip(right).flat_map(|(left, right)| [left, right]).collect())
            }
        }
    }
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
    let filled = Track::ALL.into_iter().filter_map(|track| second.chunk(track)).filter(|chunk| !chunk.payload.is_empty());
    filled.map(|chunk| chunk.payload.len() as f64 / chunk.coding.second() as f64).reduce(f64::max).unwrap_or(1.0)
}

fn open(path: &Path) -> io::Result<Seconds<BufReader<File>>> {
    let named = |why: NotARecording| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()));
    Reader::open(BufReader::new(File::open(path)?)).map(|(_, reader)| Seconds::new(reader)).map_err(named)
}
