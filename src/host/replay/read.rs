//! Reading a recording.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Lines};
use std::path::Path;

use engine::time::Now;
use serde::Deserialize;
use serde_json::Value;

use super::shape::{from_hex, unshape};
use super::{FORMAT, Recorded};

/// Why a file cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("line 1: not a recording of ramal; make one with `ramal run --record FILE`")]
    NoRecording,
    #[error(
        "line 1: written in format {0}, this program reads format {FORMAT}; replay it with the ramal that wrote it"
    )]
    OtherFormat(u32),
    #[error("line {line}: {why}; the file was changed or cut")]
    Damaged { line: usize, why: String },
}

/// A recording being read, line by line.
#[derive(Debug)]
pub struct Recording<R> {
    lines: Lines<R>,
    /// The engine's seed.
    pub seed: [u8; 32],
    /// Number of the line given last; the header is 1.
    pub line: usize,
}

/// A line after the header.
#[derive(Debug)]
pub enum Entry {
    In(Box<Recorded>, Now),
    /// The line as written.
    Out(String),
    /// The end of a step; the line as written.
    Next(String),
}

impl Recording<BufReader<File>> {
    pub fn open(path: &Path) -> Result<Self, FileError> {
        Recording::read(BufReader::new(File::open(path)?))
    }
}

impl<R: BufRead> Recording<R> {
    /// Reads the header.
    pub fn read(source: R) -> Result<Recording<R>, FileError> {
        let mut lines = source.lines();
        let header = lines.next().ok_or(FileError::NoRecording)??;
        let header: Header = serde_json::from_str(&header).map_err(|_| FileError::NoRecording)?;
        if header.ramal_replay != FORMAT {
            return Err(FileError::OtherFormat(header.ramal_replay));
        }
        let seed = from_hex(&header.seed)
            .and_then(|seed| seed.try_into().ok())
            .ok_or_else(|| FileError::Damaged { line: 1, why: "the seed is not 64 hex digits".to_owned() })?;
        Ok(Recording { lines, seed, line: 1 })
    }

    /// The next line; none at the end. A last line that was cut by a crash is the end too.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, FileError> {
        let Some(text) = self.lines.next().transpose()? else { return Ok(None) };
        self.line += 1;
        match entry(text) {
            Ok(entry) => Ok(Some(entry)),
            Err(error) if error.is_eof() && self.lines.next().is_none() => Ok(None),
            Err(error) => Err(FileError::Damaged { line: self.line, why: error.to_string() }),
        }
    }
}

#[derive(Deserialize)]
struct Header {
    ramal_replay: u32,
    seed: String,
}

#[derive(Deserialize)]
struct InLine {
    #[serde(rename = "in")]
    input: Recorded,
    now: Now,
}

fn entry(text: String) -> serde_json::Result<Entry> {
    let mut value: Value = serde_json::from_str(&text)?;
    if value.get("out").is_some() {
        return Ok(Entry::Out(text));
    }
    if value.get("next").is_some() {
        return Ok(Entry::Next(text));
    }
    unshape(&mut value);
    let InLine { input, now } = serde_json::from_value(value)?;
    Ok(Entry::In(Box::new(input), now))
}
