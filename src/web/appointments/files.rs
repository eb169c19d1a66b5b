//! Files of appointments' messages: brought one by one before the form names them, read by whoever may see the appointment (AG-05).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body as Raw, BodyDataStream};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use engine::access::{Action, Kind, Whose};
use engine::appointment::{Command, MOST_FILES, MOST_MIB_OF_FILES};
use engine::id::{AppointmentId, FileId};
use engine::outbox::Attachment;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};
use utoipa::ToSchema;

use crate::files::{self, FileError, Files, MOST_MIB};
use crate::web::body::{Asked, Named};
use crate::web::desk::Desk;
use crate::web::doc::{Routes, about};
use crate::web::error::Error;
use crate::web::person::{Key, Person};
use crate::web::recordings::stream_of;
use crate::web::secret;
use crate::web::shape::{Attached, Id};

pub fn add(routes: Routes) -> Routes {
    let limits =
        json!({ "most": 10, "most_bytes_each": 10_485_760, "most_bytes": 20_971_520, "kinds": ["application/pdf"] });
    let one = json!({ "file": "5", "name": "fatura.pdf", "kind": "application/pdf", "size": 48_213 });
    routes
        .get("/api/v1/files", limits_of, about("What may be attached to a message").gives::<FileLimits>(200, limits))
        .post(
            "/api/v1/files",
            bring,
            about("Brings a file for a form to name within the hour; its Content-Type is its own, `name` as people see it")
                .asks(&["name"])
                .takes_file("application/pdf")
                .gives::<Attached>(201, one),
        )
        .delete("/api/v1/files/{file}", remove, about("Takes one back that no form has named"))
        .get("/api/v1/appointments/{appointment}/files/{file}", download, about("The file, to be saved"))
}

/// What may be attached to one message.
#[derive(Serialize, ToSchema)]
#[schema(as = FileLimits)]
pub struct FileLimits {
    most: usize,
    most_bytes_each: u64,
    most_bytes: u64,
    /// Media types.
    kinds: Vec<&'static str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
}

async fn limits_of(person: Person) -> Result<axum::Json<FileLimits>, Error> {
    person.may(Action::Create(Kind::Appointment), Whose::Nothing).await?;
    Ok(axum::Json(FileLimits {
        most: MOST_FILES,
        most_bytes_each: MOST_MIB << 20,
        most_bytes: MOST_MIB_OF_FILES << 20,
        kinds: files::kinds().collect(),
    }))
}

async fn bring(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Asked(Wanted { name }): Asked<Wanted>,
    headers: HeaderMap,
    body: Raw,
) -> Result<Response, Error> {
    person.may(Action::Create(Kind::Appointment), Whose::Nothing).await?;
    let said = |name| headers.get(name).and_then(|said| said.to_str().ok()).unwrap_or_default().to_owned();
    let (kind, size) = (said(header::CONTENT_TYPE), said(header::CONTENT_LENGTH).parse().ok());
    let (id, user) = (FileId(u64::from_le_bytes(secret::random()) >> 1), person.user);
    let mut pieces = body.into_data_stream();
    let begun = with(&desk, move |files| files.begin(id, user, &name, &kind, size)).await;
    let taken = match begun {
        Ok(incoming) => take(&desk, incoming, &mut pieces).await,
        Err(why) => Err(why),
    };
    if taken.is_err() {
        run_out(pieces).await;
    }
    let file = taken?;
    let detail = json!({ "file": Id::from(file.id), "name": file.name, "size": file.size, "sha256": file.sha256 });
    desk.audit(Some(person.user), person.address, "file-attached", detail).await?;
    Ok((StatusCode::CREATED, axum::Json(Attached::from(&file))).into_response())
}

/// Each piece is on the disk before the next one is read.
async fn take(desk: &Arc<Desk>, incoming: files::Incoming, pieces: &mut BodyDataStream) -> Result<Attachment, Error> {
    let mut incoming = incoming;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Error::bad("the file did not come whole; send it again"))?;
        incoming = with(desk, move |_| incoming.write(&piece).map(|()| incoming)).await?;
    }
    with(desk, move |_| incoming.keep(Utc::now())).await
}

/// A browser reads why only when it could send what it had to say.
async fn run_out(mut pieces: BodyDataStream) {
    let mut left = MOST_RUN_OUT;
    while let Some(Ok(piece)) = pieces.next().await {
        match left.checked_sub(piece.len()) {
            Some(less) => left = less,
            None => return,
        }
    }
}

async fn remove(person: Person, State(desk): State<Arc<Desk>>, Named(file): Named<Id>) -> Result<StatusCode, Error> {
    person.may(Action::Create(Kind::Appointment), Whose::Nothing).await?;
    let user = person.user;
    match with(&desk, move |files| Ok(files.discard(file.into(), user)?)).await? {
        true => {
            desk.audit(Some(user), person.address, "file-removed", json!({ "file": file })).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(Error::not_found()),
    }
}

async fn download(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named((appointment, file)): Named<(Id, Id)>,
) -> Result<Response, Error> {
    person.may(Action::See(Kind::Appointment), Whose::Nothing).await?;
    let all = of_appointment(&desk, appointment.into()).await?;
    let known = all.into_iter().find(|known| known.id == file.into()).ok_or_else(Error::not_found)?;
    let wanted = known.clone();
    let opened = with(&desk, move |files| files.read(&wanted)).await?;
    let detail = json!({ "appointment": appointment, "file": file, "name": known.name });
    desk.audit(Some(person.user), person.address, "file-read", detail).await?;
    let mut response = stream_of(opened, 0, known.size)?.into_response();
    let plain = |text: &str| HeaderValue::from_str(text).map_err(|_| Error::not_found());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, plain(&known.kind)?);
    headers.insert(header::CONTENT_LENGTH, known.size.into());
    headers.insert(header::CONTENT_DISPOSITION, plain(&disposition(&known.name))?);
    Ok(response)
}

/// RFC 6266 §4: to be saved, never shown; beyond ASCII by RFC 8187 §3.2.
fn disposition(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_. ".contains(letter);
    let ascii: String = name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
    let is_attr = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let escaped = |byte: u8| if is_attr(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let all: String = name.bytes().map(escaped).collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{all}")
}

async fn of_appointment(desk: &Arc<Desk>, appointment: AppointmentId) -> Result<Vec<Attachment>, Error> {
    let row = desk.read(move |reader| reader.appointment(appointment)).await?;
    row.map(|row| row.appointment.terms.files).ok_or_else(Error::not_found)
}

/// The files that a form names: brought by this person, or of the appointment already.
pub async fn named(
    desk: &Arc<Desk>,
    person: &Person,
    ids: Vec<Id>,
    of: Option<AppointmentId>,
) -> Result<Vec<Attachment>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut seen = BTreeSet::new();
    let ids: Vec<FileId> = ids.into_iter().filter(|id| seen.insert(*id)).map(FileId::from).collect();
    if ids.len() > MOST_FILES {
        return Err(Error::field(
            "files",
            "too-many",
            format!("a message takes at most {MOST_FILES} files; remove some"),
        ));
    }
    let has = match of {
        Some(appointment) => of_appointment(desk, appointment).await?,
        None => Vec::new(),
    };
    let user = person.user;
    let found = with(desk, move |files| {
        let one = |id: &FileId| match has.iter().find(|file| file.id == *id) {
            Some(file) => Ok(Some(file.clone())),
            None => Ok(files.known(*id)?.filter(|kept| kept.owner == user).map(|kept| kept.file)),
        };
        ids.iter().map(one).collect::<Result<Option<Vec<_>>, FileError>>()
    });
    let missing = || Error::field("files", "gone", "one of the files is not there any more; attach it again");
    found.await?.ok_or_else(missing)
}

/// Carries the wish out with its files held: what is refused gives them back.
pub async fn wish(
    desk: &Arc<Desk>,
    person: &Person,
    key: &Key,
    files: Vec<Attachment>,
    command: Command,
) -> Result<AppointmentId, Error> {
    let first = match files.is_empty() {
        true => Vec::new(),
        false => with(desk, move |kept| kept.attach(&files)).await?,
    };
    let answer = super::wish(person, key, command).await;
    if answer.is_err() && !first.is_empty() {
        // What cannot be given back is deleted later, as what is over.
        let _later = with(desk, move |files| Ok(files.release(&first, Utc::now())?)).await;
    }
    answer
}

/// Deletes what nobody needs any more.
pub async fn keep_house(desk: Arc<Desk>) {
    let mut often = interval(OFTEN);
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        often.tick().await;
        if desk.files.is_empty() {
            continue;
        }
        // The store says itself why it cannot be read; the next time tries again.
        let Ok(needed) = desk.read(|reader| reader.needed_files()).await else { continue };
        match with(&desk, move |files| Ok(files.sweep(&needed, Utc::now())?)).await {
            Ok(gone) if gone.is_empty() => {}
            Ok(gone) => tracing::info!(files = gone.len(), "files that nobody needs any more are deleted"),
            Err(why) => tracing::warn!(?why, "files that nobody needs any more are still there"),
        }
    }
}

/// On a thread that may block.
async fn with<T: Send + 'static>(
    desk: &Arc<Desk>,
    work: impl FnOnce(&Arc<Files>) -> Result<T, FileError> + Send + 'static,
) -> Result<T, Error> {
    let files = desk.files.clone();
    tokio::task::spawn_blocking(move || work(&files)).await?.map_err(refused)
}

fn refused(why: FileError) -> Error {
    let text = why.to_string();
    match why {
        FileError::TooLarge { .. } => Error::new(StatusCode::PAYLOAD_TOO_LARGE, "file-too-large", text),
        FileError::Empty { .. } => Error::field("file", "empty", text),
        FileError::Kind { .. } => Error::field("file", "kind", text),
        FileError::Disguised { .. } => Error::field("file", "disguised", text),
        FileError::TooManyLoose { .. } => Error::new(StatusCode::CONFLICT, "too-many-files", text),
        FileError::Full { .. } => Error::new(StatusCode::INSUFFICIENT_STORAGE, "files-full", text),
        FileError::Gone { .. } | FileError::Changed { .. } => Error::new(StatusCode::GONE, "file-gone", text),
        FileError::Io(why) => {
            tracing::error!(%why, "the folder of files");
            Error::new(StatusCode::SERVICE_UNAVAILABLE, "store", "the folder of files cannot be used; see the log")
        }
    }
}

const OFTEN: Duration = Duration::from_secs(300);
/// Bytes of a refused file that are read and thrown away.
const MOST_RUN_OUT: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn ag_05_a_file_is_saved_by_its_name_and_no_name_breaks_the_header() {
        assert_eq!(
            disposition("março \"1\"; x=y.pdf"),
            "attachment; filename=\"mar_o _1__ x_y.pdf\"; filename*=UTF-8''mar%C3%A7o%20%221%22%3B%20x%3Dy.pdf"
        );
    }
}
