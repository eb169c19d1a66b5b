//! Writing a recording while the daemon runs.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use engine::border::{Input, Output};
use engine::time::{Moment, Now};
use serde::Serialize;
use serde_json::{Value, json};

use super::pseudonym::Pseudonyms;
use super::shape::{shape, to_hex};
use super::{FORMAT, Recorded};

/// A recording being written. Around each input: [`Recorder::input`], `handle`, [`Recorder::output`] for each output,
/// [`Recorder::drained`].
#[derive(Debug)]
pub struct Recorder {
    file: BufWriter<File>,
    pseudonyms: Pseudonyms,
}

impl Recorder {
    /// A new file that only its owner may read; one that is there already is not overwritten. `seed` is the engine's.
    pub fn create(path: &Path, seed: [u8; 32]) -> io::Result<Recorder> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|error| {
            let advice = match error.kind() {
                io::ErrorKind::AlreadyExists => "; name another file, or move this one away",
                _ => "",
            };
            io::Error::new(error.kind(), format!("recording {}: {error}{advice}", path.display()))
        })?;
        let mut recorder = Recorder { file: BufWriter::new(file), pseudonyms: Pseudonyms::default() };
        recorder.line(&json!({ "ramal_replay": FORMAT, "seed": to_hex(&seed) }))?;
        Ok(recorder)
    }

    /// What is about to be handled; on the file before it is, so that an input that kills us is the last line.
    pub fn input(&mut self, input: &Input<'_>, now: Now) -> io::Result<()> {
        if let Input::Config(config) = input {
            self.pseudonyms.on_config(config);
        }
        let line = json!({ "in": self.shaped(&Recorded::from(input))?, "now": now });
        self.line(&line)?;
        self.file.flush()
    }

    /// One output, in the order given.
    pub fn output(&mut self, output: &Output) -> io::Result<()> {
        let line = json!({ "out": self.shaped(output)? });
        self.line(&line)
    }

    /// Every output of the last input is written; `next` is when the engine wants to wake.
    pub fn drained(&mut self, next: Option<Moment>) -> io::Result<()> {
        self.line(&json!({ "next": next }))?;
        self.file.flush()
    }

    fn shaped(&self, value: &impl Serialize) -> io::Result<Value> {
        let mut value = serde_json::to_value(value)?;
        shape(&mut value, Some(&self.pseudonyms));
        Ok(value)
    }

    fn line(&mut self, line: &Value) -> io::Result<()> {
        writeln!(self.file, "{line}")
    }
}
