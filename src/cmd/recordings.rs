//! `ramal recordings`: what was kept, listened to and handed out. Reads the store and the folder; needs no daemon.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono_tz::Tz;
use engine::number::Number;
use serde_json::json;

use crate::config::Loaded;
use crate::control::shaped;
use crate::recordings::{ExportError, Format, export, export_to, hand_out};
use crate::store::{Page, Reader, RecordingFilter, RecordingLine, Store};
use crate::words::Words;

use super::args::Recordings;
use super::exit::{Code, Failure};
use super::screen::Screen;
use super::table;

pub fn run(command: &Recordings, config: &Path, screen: &Screen) -> Result<Code, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let (loaded, _) = crate::config::load(config, &env).map_err(Failure::Config)?;
    let reader = Store::read(&loaded.shell.data_dir).map_err(|why| Failure::Other(why.to_string()))?;
    let folder = &loaded.shell.recordings.folder;
    match command {
        Recordings::List { day, number, of_call } => {
            let normalised = |typed: &String| {
                Number::read(typed, &loaded.engine.gate)
                    .map(|number| number.normalised)
                    .unwrap_or_else(|_| typed.clone())
            };
            let number = number.as_ref().map(normalised);
            list(&RecordingFilter { day: *day, number, call: of_call.clone() }, &reader, &loaded, screen)
        }
        Recordings::Play { recording } => play(&pick(recording, &reader, screen)?, &reader, folder, screen),
        Recordings::Export { recording, file } => {
            let Some(format) = Format::of(file) else {
                return Err(Failure::Unclear(screen.words.say("recordings.ending").to_owned()));
            };
            let line = pick(recording, &reader, screen)?;
            hand_out(&line, &reader, |line| export_to(line, folder, format, file)).map_err(failed)?;
            said(&line, file, screen);
            Ok(Code::Done)
        }
    }
}

fn list(filter: &RecordingFilter, reader: &Reader, loaded: &Loaded, screen: &Screen) -> Result<Code, Failure> {
    let page = Page { skip: 0, take: u32::MAX };
    let lines = reader.recordings(filter, page).map_err(|why| Failure::Other(why.to_string()))?;
    if screen.json {
        screen.value(&json!({ "recordings": shaped(&lines) }));
    } else if lines.is_empty() {
        screen.line(screen.words.say("recordings.none"));
    } else {
        let words = &screen.words;
        let heading = [
            words.say("table.recording"),
            words.say("table.started"),
            words.say("table.length"),
            words.say("table.number"),
            words.say("table.account"),
            words.say("table.protocolo"),
            words.say("table.recorded_call"),
            words.say("table.state"),
        ];
        let rows: Vec<Vec<String>> = lines.iter().map(|line| row(line, loaded.engine.zone, words)).collect();
        table::print(screen, &heading, &rows);
    }
    Ok(Code::Done)
}

fn row(line: &RecordingLine, zone: Tz, words: &Words) -> Vec<String> {
    let seconds = line.seconds.map_or_else(String::new, |seconds| format!("{}:{:02}", seconds / 60, seconds % 60));
    vec![
        line.recording.to_string(),
        line.started.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string(),
        seconds,
        line.with.as_ref().map_or_else(String::new, |with| with.number.clone()),
        line.with.as_ref().map_or_else(String::new, |with| with.account.to_string()),
        line.protocolo.clone().unwrap_or_default(),
        line.call.map_or_else(String::new, |call| call.to_string()),
        words.recording(line.state).to_owned(),
    ]
}

/// The recording whose id ends so.
fn pick(typed: &str, reader: &Reader, screen: &Screen) -> Result<RecordingLine, Failure> {
    let mut found = reader.recordings_ending(typed).map_err(|why| Failure::Other(why.to_string()))?;
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        0 => Err(Failure::Unclear(screen.words.fill("recordings.no_match", &[("recording", typed)]))),
        _ => {
            let lines = found.iter().map(|line| format!("  {}", line.recording));
            let lines: Vec<String> =
                std::iter::once(screen.words.say("recordings.many").to_owned()).chain(lines).collect();
            Err(Failure::Unclear(lines.join("\n")))
        }
    }
}

/// Into a pipe as WAV; for a person through whatever plays sound here, else as a file that is named.
fn play(line: &RecordingLine, reader: &Reader, folder: &Path, screen: &Screen) -> Result<Code, Failure> {
    let to_file =
        |file: &Path| hand_out(line, reader, |line| export_to(line, folder, Format::Wav, file)).map_err(failed);
    if !std::io::stdout().is_terminal() {
        return match hand_out(line, reader, |line| export(line, folder, Format::Wav, &mut std::io::stdout())) {
            // Who closed the pipe has heard enough.
            Err(ExportError::Io { source, .. }) if source.kind() == std::io::ErrorKind::BrokenPipe => Ok(Code::Done),
            other => other.map(|()| Code::Done).map_err(failed),
        };
    }
    let name = format!("ramal-{}.wav", line.recording);
    match player() {
        Some(player) => {
            let file = std::env::temp_dir().join(name);
            to_file(&file)?;
            let played = Command::new(player).arg(&file).status();
            // What was heard is not left lying about.
            let _ = std::fs::remove_file(&file);
            match played {
                Ok(status) if status.success() => Ok(Code::Done),
                Ok(status) => Err(Failure::Other(format!("{player}: {status}"))),
                Err(why) => Err(Failure::Other(format!("{player}: {why}"))),
            }
        }
        None => {
            let file = PathBuf::from(name);
            to_file(&file)?;
            said(line, &file, screen);
            Ok(Code::Done)
        }
    }
}

/// The first of the usual players that is installed.
fn player() -> Option<&'static str> {
    let path = std::env::var_os("PATH")?;
    PLAYERS.into_iter().find(|player| std::env::split_paths(&path).any(|folder| folder.join(player).is_file()))
}

fn said(line: &RecordingLine, file: &Path, screen: &Screen) {
    let file = file.display().to_string();
    if screen.json {
        screen.value(&json!({ "recording": line.recording.to_string(), "file": file, "sha256_kept": line.sha256 }));
    } else {
        let values = [("recording", line.recording.to_string()), ("file", file)];
        screen.line(
            &screen.words.fill("recordings.written", &values.each_ref().map(|(name, value)| (*name, value.as_str()))),
        );
    }
}

fn failed(why: ExportError) -> Failure {
    Failure::Other(why.to_string())
}

/// Of PipeWire, PulseAudio, ALSA.
const PLAYERS: [&str; 3] = ["pw-play", "paplay", "aplay"];
