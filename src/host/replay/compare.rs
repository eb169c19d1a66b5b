//! Running a recording again, and finding the first place where the engine says something else.

use std::collections::VecDeque;
use std::fmt;
use std::io::BufRead;

use engine::Engine;
use engine::border::{Input, Output};
use engine::time::{Moment, Now};
use serde_json::json;

use super::read::{Entry, FileError, Recording};
use super::recorded::Recorded;
use super::shape::shape;

/// What is replayed: the engine, or a toy in a test.
pub trait Machine {
    fn handle(&mut self, input: Input<'_>, now: Now);
    fn poll_output(&mut self) -> Option<Output>;
    fn poll_timeout(&self) -> Option<Moment>;
}

impl Machine for Engine {
    fn handle(&mut self, input: Input<'_>, now: Now) {
        Engine::handle(self, input, now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        Engine::poll_output(self)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        Engine::poll_timeout(self)
    }
}

/// What agreed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    pub inputs: usize,
    pub outputs: usize,
    /// The recording ends within a step: what recorded it died there.
    pub cut: bool,
}

/// Why a recording did not replay.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Diverged(Box<Divergence>),
}

/// The first difference, with what led to it.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub struct Divergence {
    /// Line of the file.
    pub line: usize,
    /// The inputs up to the one whose outputs differ, as `moment input`, the last one being it.
    pub inputs: Vec<String>,
    /// What the file says; none: no further output.
    pub recorded: Option<String>,
    /// What was said now; none: no further output.
    pub replayed: Option<String>,
}

/// Feeds the recording to the machine that `make` builds from its seed, and compares every output and deadline.
pub fn replay<R: BufRead, M: Machine>(
    mut recording: Recording<R>,
    make: impl FnOnce([u8; 32]) -> M,
) -> Result<Summary, ReplayError> {
    let mut replay = Replay { machine: make(recording.seed), inputs: VecDeque::new(), summary: Summary::default() };
    let mut in_step = false;
    while let Some(entry) = recording.next_entry()? {
        in_step = !matches!(entry, Entry::Next(_));
        match entry {
            Entry::In(input, now) => replay.handle(&input, now),
            Entry::Out(recorded) => replay.output(recording.line, recorded)?,
            Entry::Next(recorded) => replay.drained(recording.line, &recorded)?,
        }
    }
    replay.summary.cut = in_step;
    Ok(replay.summary)
}

struct Replay<M> {
    machine: M,
    /// The last few, for the person who looks for the reason.
    inputs: VecDeque<String>,
    summary: Summary,
}

impl<M: Machine> Replay<M> {
    fn handle(&mut self, input: &Recorded, now: Now) {
        if self.inputs.len() == INPUTS_SHOWN {
            self.inputs.pop_front();
        }
        self.inputs.push_back(format!("{:?} {}", now.moment, short(&format!("{:?}", input.input()), 0)));
        self.machine.handle(input.input(), now);
        self.summary.inputs += 1;
    }

    fn output(&mut self, line: usize, recorded: String) -> Result<(), ReplayError> {
        let replayed = self.machine.poll_output().map(|output| out_line(&output));
        if replayed.as_ref() != Some(&recorded) {
            return Err(self.diverged(line, Some(recorded), replayed));
        }
        self.summary.outputs += 1;
        Ok(())
    }

    fn drained(&mut self, line: usize, recorded: &str) -> Result<(), ReplayError> {
        if let Some(output) = self.machine.poll_output() {
            return Err(self.diverged(line, None, Some(out_line(&output))));
        }
        let next = json!({ "next": self.machine.poll_timeout() }).to_string();
        if next == recorded { Ok(()) } else { Err(self.diverged(line, Some(recorded.to_owned()), Some(next))) }
    }

    fn diverged(&self, line: usize, recorded: Option<String>, replayed: Option<String>) -> ReplayError {
        let inputs = self.inputs.iter().cloned().collect();
        ReplayError::Diverged(Box::new(Divergence { line, inputs, recorded, replayed }))
    }
}

fn out_line(output: &Output) -> String {
    // Every output serialises: the border's maps have names for keys. Should one not, it differs from the recorded one.
    let mut value = serde_json::to_value(output).unwrap_or_default();
    shape(&mut value, None);
    json!({ "out": value }).to_string()
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "line {}: the engine says something else than recorded, after", self.line)?;
        for input in &self.inputs {
            writeln!(f, "  {input}")?;
        }
        let recorded = self.recorded.as_deref().unwrap_or("nothing more");
        let replayed = self.replayed.as_deref().unwrap_or("nothing more");
        let same = recorded.bytes().zip(replayed.bytes()).take_while(|(a, b)| a == b).count();
        let from = recorded.floor_char_boundary(same.saturating_sub(CONTEXT));
        writeln!(f, "they part at byte {} of the line:", same + 1)?;
        writeln!(f, "  recorded: {}", short(recorded, from))?;
        writeln!(f, "  replayed: {}", short(replayed, from))?;
        let shown = recorded[from..].bytes().zip(replayed[from..].bytes()).take_while(|(a, b)| a == b).count();
        let mark = recorded[from..recorded.floor_char_boundary(from + shown)].chars().count() + usize::from(from > 0);
        write!(f, "{:>width$}", '^', width = "  recorded: ".len() + mark + 1)
    }
}

/// A part of a long line, from a byte that begins a character.
fn short(text: &str, from: usize) -> String {
    let rest = &text[from..];
    let end = rest.floor_char_boundary(SHOWN);
    let before = if from > 0 { "…" } else { "" };
    let after = if end < rest.len() { "…" } else { "" };
    format!("{before}{}{after}", &rest[..end])
}

/// Inputs told with a difference.
const INPUTS_SHOWN: usize = 5;
/// Bytes of a line told.
const SHOWN: usize = 300;
/// Bytes told before the difference.
const CONTEXT: usize = 80;
