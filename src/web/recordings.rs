//! Recordings: played in parts, drawn as peaks; each hearing is in the audit log.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::access::{Action, Kind, Whose};
use engine::id::RecordingId;
use engine::records::RecordingState;
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::recordings::{ExportError, Format, Sound, export};
use crate::store::RecordingLine;

use super::body::Named;
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;
use super::shape::Id;

pub fn routes() -> Routes {
    let peaks = json!({ "seconds": 175.2, "agent": [0.0, 0.4], "customer": [0.3, 0.1] });
    Routes::default()
        .get("/api/v1/recordings/{recording}", play, about("The sound, whole or a range of it: WAV or Ogg/Opus"))
        .get(
            "/api/v1/recordings/{recording}/peaks",
            peaks_of,
            about("How loud each side was, to be drawn").gives::<Peaks>(200, peaks),
        )
}

/// The loudest sample of each part, 0 to 1.
#[derive(Serialize, ToSchema)]
pub struct Peaks {
    seconds: f64,
    agent: Vec<f32>,
    customer: Vec<f32>,
}

async fn play(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(recording): Named<Id>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let line = known(&desk, &person, recording).await?;
    let (format, kind) = match line.state {
        RecordingState::Compacted => (Format::Opus, "audio/ogg"),
        RecordingState::Live | RecordingState::Done | RecordingState::Deleted => (Format::Wav, "audio/wav"),
    };
    let folder = desk.options.recordings.clone();
    let file = tokio::task::spawn_blocking(move || exported(&line, &folder, format)).await?.map_err(refused)?;
    let length = file.metadata().map_err(|why| unreadable(&why))?.len();
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let range = match asked.map(|asked| range(asked, length)) {
        None | Some(Asked::Nothing) => None,
        Some(Asked::Part(range)) => Some(range),
        Some(Asked::Impossible) => {
            let nothing = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, nothing).into_response());
        }
    };
    // A player fetches one hearing in parts.
    if range.as_ref().is_none_or(|range| *range.start() == 0) {
        let detail = json!({ "recording": recording });
        desk.audit(Some(person.user), person.address, "recording-heard", detail).await?;
    }
    let part = range.clone().unwrap_or(0..=length.saturating_sub(1));
    let size = if length == 0 { 0 } else { part.end() - part.start() + 1 };
    let mut response = stream_of(file, *part.start(), size)?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    headers.insert(header::ACCEPT_RANGES, header::HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, size.into());
    if range.is_some() {
        let text = format!("bytes {}-{}/{length}", part.start(), part.end());
        let text = header::HeaderValue::from_str(&text).map_err(|_| Error::bad("no such range"))?;
        headers.insert(header::CONTENT_RANGE, text);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// Read as it is sent: a slow listener holds no thread and little memory.
pub(super) fn stream_of(mut file: File, from: u64, size: u64) -> Result<Body, Error> {
    file.seek(SeekFrom::Start(from)).map_err(|why| unreadable(&why))?;
    let pieces = stream::try_unfold((file, size), |(file, left)| async move {
        if left == 0 {
            return Ok::<_, std::io::Error>(None);
        }
        let read = tokio::task::spawn_blocking(move || piece_of(file, left)).await?;
        let (file, piece) = read?;
        let left = left - piece.len() as u64;
        Ok((!piece.is_empty()).then_some((piece, (file, left))))
    });
    Ok(Body::from_stream(pieces))
}

fn piece_of(mut file: File, left: u64) -> std::io::Result<(File, Bytes)> {
    let mut piece = vec![0; usize::try_from(left.min(PIECE)).unwrap_or_default()];
    let read = file.read(&mut piece)?;
    piece.truncate(read);
    Ok((file, Bytes::from(piece)))
}

/// A recording that this person may hear.
async fn known(desk: &Arc<Desk>, person: &Person, recording: Id) -> Result<RecordingLine, Error> {
    let read = desk.read(move |reader| {
        let Some(line) = reader.recording(RecordingId::from(recording))? else { return Ok(None) };
        let story = line.call.map(|call| reader.call(call)).transpose()?.flatten();
        Ok(Some((line, story.and_then(|story| story.call.row.user))))
    });
    let found = read.await?;
    let whose = found.as_ref().map_or(Whose::Missing, |(_, user)| user.map_or(Whose::Shared, Whose::Of));
    person.may(Action::See(Kind::Recording), whose).await?;
    found.map(|(line, _)| line).ok_or_else(Error::not_found)
}

/// Into a file without a name: it goes when it is closed.
fn exported(line: &RecordingLine, folder: &Path, format: Format) -> Result<File, ExportError> {
    let path = folder.join(format!(".heard-{}-{}", line.recording, super::secret::hex(&super::secret::random::<8>())));
    let named = |source| ExportError::Io { path: path.clone(), source };
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = File::options().read(true).write(true).create_new(true).mode(0o600).open(&path).map_err(named)?;
    std::fs::remove_file(&path).map_err(named)?;
    export(line, folder, format, &mut file).map(|()| file)
}

async fn peaks_of(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(recording): Named<Id>,
) -> Result<axum::Json<Peaks>, Error> {
    let line = known(&desk, &person, recording).await?;
    let Some(file) = line.file.filter(|_| line.state != RecordingState::Deleted) else {
        return Err(Error::not_found());
    };
    let path = desk.options.recordings.join(file);
    let peaks = tokio::task::spawn_blocking(move || Sound::open(&path).and_then(peaks)).await?;
    peaks.map(axum::Json).map_err(|why| unreadable(&why))
}

fn peaks(sound: Sound) -> std::io::Result<Peaks> {
    let (rate, samples) = (u64::from(sound.rate.hertz()), sound.samples);
    let part = samples.div_ceil(PARTS).max(1);
    let parts = usize::try_from(samples.div_ceil(part)).unwrap_or_default();
    let mut sides = [vec![0_u16; parts], vec![0; parts]];
    let mut at = 0_u64;
    for piece in sound {
        for pair in piece?.chunks_exact(2) {
            let place = usize::try_from(at / part).unwrap_or(usize::MAX);
            for (side, sample) in sides.iter_mut().zip(pair) {
                if let Some(peak) = side.get_mut(place) {
                    *peak = (*peak).max(sample.unsigned_abs());
                }
            }
            at += 1;
        }
    }
    // Two digits are more than a screen shows.
    let [agent, customer] =
        sides.map(|side| side.into_iter().map(|peak| (f32::from(peak) / 327.68).round() / 100.0).collect());
    Ok(Peaks { seconds: samples as f64 / rate as f64, agent, customer })
}

#[derive(PartialEq, Eq, Debug)]
enum Asked {
    /// Several parts or another unit: the whole is an answer to that (RFC 9110 §14.2).
    Nothing,
    Part(RangeInclusive<u64>),
    Impossible,
}

/// RFC 9110 §14.1.2: `bytes=0-499`, `bytes=500-`, `bytes=-500`.
fn range(text: &str, length: u64) -> Asked {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Asked::Nothing;
    };
    let end = length.saturating_sub(1);
    let (first, last) = match (first.trim().parse::<u64>(), last.trim()) {
        (Ok(first), "") => (first, end),
        (Ok(first), last) => match last.parse::<u64>() {
            Ok(last) if last >= first => (first, last.min(end)),
            Ok(_) | Err(_) => return Asked::Nothing,
        },
        (Err(_), last) if first.trim().is_empty() => match last.parse::<u64>() {
            Ok(0) => return Asked::Impossible,
            Ok(count) => (length.saturating_sub(count), end),
            Err(_) => return Asked::Nothing,
        },
        (Err(_), _) => return Asked::Nothing,
    };
    if first < length { Asked::Part(first..=last) } else { Asked::Impossible }
}

fn refused(why: ExportError) -> Error {
    let (status, code) = match &why {
        ExportError::Live(_) => (StatusCode::CONFLICT, "wrong-state"),
        ExportError::Deleted(_) => (StatusCode::GONE, "deleted"),
        ExportError::Changed { .. } | ExportError::Io { .. } => {
            tracing::error!(%why, "a recording cannot be heard");
            return Error::new(StatusCode::SERVICE_UNAVAILABLE, "store", "this recording cannot be read; see the log");
        }
    };
    Error::new(status, code, why.to_string())
}

fn unreadable(why: &std::io::Error) -> Error {
    tracing::error!(%why, "a recording cannot be read");
    Error::new(StatusCode::SERVICE_UNAVAILABLE, "store", "this recording cannot be read; see the log")
}

/// Bytes read and sent at once.
const PIECE: u64 = 64 * 1024;
/// Of a drawing: more than a screen is wide.
const PARTS: u64 = 800;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        for (text, wanted) in [
            ("bytes=0-499", Asked::Part(0..=499)),
            ("bytes=500-", Asked::Part(500..=999)),
            ("bytes=-300", Asked::Part(700..=999)),
            ("bytes=-3000", Asked::Part(0..=999)),
            ("bytes=900-2000", Asked::Part(900..=999)),
            ("bytes=1000-", Asked::Impossible),
            ("bytes=-0", Asked::Impossible),
            ("bytes=5-4", Asked::Nothing),
            ("bytes=0-1,5-6", Asked::Nothing),
            ("lines=0-1", Asked::Nothing),
            ("bytes=x-", Asked::Nothing),
        ] {
            assert_eq!(range(text, 1_000), wanted, "{text}");
        }
        assert_eq!(range("bytes=0-", 0), Asked::Impossible);
    }
}
