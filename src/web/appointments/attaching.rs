//! Files held by forms: named, kept from being deleted while somebody needs them, deleted when nobody does (AG-05).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use chrono::Utc;
use engine::appointment::{Command, MOST_FILES};
use engine::id::{AppointmentId, FileId};
use engine::outbox::Attachment;
use tokio::time::{MissedTickBehavior, interval};

use crate::files::{FileError, Files};
use crate::web::desk::Desk;
use crate::web::error::Error;
use crate::web::person::{Key, Person};
use crate::web::shape::Id;

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
pub(super) async fn with<T: Send + 'static>(
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

pub(super) async fn of_appointment(desk: &Arc<Desk>, appointment: AppointmentId) -> Result<Vec<Attachment>, Error> {
    let row = desk.read(move |reader| reader.appointment(appointment)).await?;
    row.map(|row| row.appointment.terms.files).ok_or_else(Error::not_found)
}

const OFTEN: Duration = Duration::from_secs(300);
