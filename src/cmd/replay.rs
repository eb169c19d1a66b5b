//! `ramal replay`: a recording run again (law 3: same inputs, same outputs).

use std::path::Path;

use bytes::Bytes;
use engine::Engine;
use engine::border::Flow;
use serde_json::{Value, json};

use crate::replay::read::Entry;
use crate::replay::{FileError, Recorded, Recording, ReplayError, replay};
use crate::trace::{Limits, Recorder, ladder};

use super::exit::{Code, Failure};
use super::screen::Screen;

pub fn run(file: &Path, with_ladder: bool, screen: &Screen) -> Result<Code, Failure> {
    let named = |error: FileError| Failure::Other(format!("{}: {error}", file.display()));
    if with_ladder && !screen.json {
        ladders(Recording::open(file).map_err(named)?, screen).map_err(named)?;
    }
    match replay(Recording::open(file).map_err(named)?, Engine::new) {
        Ok(summary) => {
            let (inputs, outputs) = (summary.inputs, summary.outputs);
            if screen.json {
                screen.value(&json!({ "same": true, "inputs": inputs, "outputs": outputs, "cut": summary.cut }));
                return Ok(Code::Done);
            }
            let (inputs, outputs) = (inputs.to_string(), outputs.to_string());
            screen.line(&screen.words.fill("replay.same", &[("inputs", &inputs), ("outputs", &outputs)]));
            if summary.cut {
                screen.line(screen.words.say("replay.cut"));
            }
            Ok(Code::Done)
        }
        Err(ReplayError::File(error)) => Err(named(error)),
        Err(ReplayError::Diverged(divergence)) => {
            if screen.json {
                let (recorded, replayed) = (&divergence.recorded, &divergence.replayed);
                let (line, inputs) = (divergence.line, &divergence.inputs);
                screen.value(&json!({
                    "same": false, "line": line, "inputs": inputs, "recorded": recorded, "replayed": replayed,
                }));
            } else {
                screen.line(&screen.words.fill("replay.differs", &[("why", &divergence.to_string())]));
            }
            Ok(Code::Refused)
        }
    }
}

/// Draws each call of the recording.
fn ladders<R: std::io::BufRead>(mut recording: Recording<R>, screen: &Screen) -> Result<(), FileError> {
    let mut recorder = Recorder::new(Limits::WIDE);
    let mut at = None;
    while let Some(entry) = recording.next_entry()? {
        match entry {
            Entry::In(input, now) => {
                at = Some(now.civil);
                if let Recorded::Received(flow, bytes) = *input {
                    recorder.record(false, flow, &bytes, now.civil);
                }
            }
            Entry::Out(line) => {
                if let (Some((flow, bytes)), Some(at)) = (sent(&line), at) {
                    recorder.record(true, flow, &bytes, at);
                }
            }
            Entry::Next(_) => {}
        }
    }
    for call_id in recorder.calls() {
        screen.line(call_id);
        screen.line(&ladder::draw(&recorder.of(call_id), screen.width()));
    }
    Ok(())
}

/// The message of an output's line, if it is one.
fn sent(line: &str) -> Option<(Flow, Bytes)> {
    let mut line: Value = serde_json::from_str(line).ok()?;
    let text = line["out"]["Send"][1]["text"].as_str()?.to_owned();
    let flow = serde_json::from_value(line["out"]["Send"][0].take()).ok()?;
    Some((flow, text.into()))
}
