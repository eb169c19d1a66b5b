//! Sounds that are played to callers: heard, replaced by a WAV file, and the program's own brought back.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::access::{Action, Kind, Whose};
use engine::config::SoundName;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::sound::{Shelf, Shelves, StandingSound, WrongSound, judged};

use super::administering::Work;
use super::body::Named;
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;

pub fn routes() -> Routes {
    let music = json!({ "sound": "music", "from": "desktop", "replaces": true, "seconds": 30.0 });
    Routes::default()
        .get("/api/v1/sounds", list, about("The sounds that are played to callers").lists::<Sound>(json!([music])))
        .get("/api/v1/sounds/{sound}", hear, about("The sound as it is played: WAV"))
        .put(
            "/api/v1/sounds/{sound}",
            put,
            about("Puts a WAV file in the place of a sound, or beside the others: 1 or 2 channels, 8 to 48 kHz, up to 5 min")
                .takes_file("audio/wav")
                .gives::<Sound>(200, music),
        )
        .delete("/api/v1/sounds/{sound}", remove, about("Takes a file away that was put in; the sound behind it plays again"))
}

#[derive(Serialize, ToSchema)]
pub struct Sound {
    sound: String,
    from: From,
    /// Another one of this name is behind it.
    replaces: bool,
    seconds: f32,
}

/// Where it stands.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum From {
    /// It comes with the program.
    Program,
    /// The configured folder, `sounds_dir`.
    Folder,
    /// It was put in here.
    Desktop,
}

impl std::convert::From<StandingSound> for Sound {
    fn from(one: StandingSound) -> Sound {
        let from = match one.shelf {
            Shelf::Program => From::Program,
            Shelf::Folder => From::Folder,
            Shelf::Desktop => From::Desktop,
        };
        Sound { sound: one.name, from, replaces: one.replaces, seconds: one.seconds }
    }
}

async fn list(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Vec<Sound>>, Error> {
    person.may(Action::See(Kind::Sound), Whose::Shared).await?;
    let all = Work::begin_with(&desk, |work| shelves(work).list().map_err(|why| unusable(&why))).await?;
    Ok(axum::Json(all.into_iter().map(Sound::from).collect()))
}

async fn hear(person: Person, State(desk): State<Arc<Desk>>, Named(name): Named<String>) -> Result<Response, Error> {
    person.may(Action::See(Kind::Sound), Whose::Shared).await?;
    let read = Work::begin_with(&desk, move |work| shelves(work).read(&name).map_err(|why| unusable(&why))).await?;
    let bytes = read.ok_or_else(Error::not_found)?;
    Ok(([(header::CONTENT_TYPE, "audio/wav")], bytes).into_response())
}

async fn put(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(name): Named<String>,
    body: Body,
) -> Result<axum::Json<Sound>, Error> {
    person.may(Action::Edit(Kind::Sound), Whose::Shared).await?;
    let large = |_| Error::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "a sound's file has at most 20 MiB");
    let bytes = axum::body::to_bytes(body, LARGEST).await.map_err(large)?;
    let made = name.clone();
    Work::begin_with(&desk, move |work| {
        let sound = judged(&made, &bytes).map_err(refused)?;
        shelves(work).put(&made, &sound).map_err(|why| unusable(&why))
    })
    .await?;
    Work::put_in_force(&desk).await?;
    note(&desk, &person, "sound-replaced", &name).await?;
    let axum::Json(all) = list(person, State(desk)).await?;
    all.into_iter().find(|one| one.sound == name).map(axum::Json).ok_or_else(Error::not_found)
}

async fn remove(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(name): Named<String>,
) -> Result<StatusCode, Error> {
    person.may(Action::Delete(Kind::Sound), Whose::Shared).await?;
    let music: SoundName = name.as_str().into();
    let plays = |queue: &&engine::staff::Queue| queue.music.as_ref() == Some(&music);
    let queue = desk.people.staff().queues().find(plays).map(|queue| queue.name.clone());
    let gone = name.clone();
    Work::begin_with(&desk, move |work| {
        let all = shelves(work).list().map_err(|why| unusable(&why))?;
        let ours = all.into_iter().find(|one| one.name == gone && one.shelf == Shelf::Desktop);
        let needed = ours.ok_or_else(Error::not_found)?;
        let user = queue.map(|queue| format!("queue {queue}")).or_else(|| account_with(work, &music));
        match user.filter(|_| !needed.replaces) {
            Some(user) => {
                let text = format!("{user} plays it; give it another one first");
                Err(Error::new(StatusCode::CONFLICT, "in-use", text))
            }
            None => shelves(work).remove(&gone).map(drop).map_err(|why| unusable(&why)),
        }
    })
    .await?;
    Work::put_in_force(&desk).await?;
    note(&desk, &person, "sound-taken-back", &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shelves(work: &Work) -> Shelves {
    Shelves::new(work.now.shell.sounds_dir.as_deref(), &work.now.shell.data_dir)
}

/// An extension or trunk whose callers hear it.
fn account_with(work: &Work, sound: &SoundName) -> Option<String> {
    let plays = |account: &engine::config::Account| {
        let profile = &account.profile;
        [&profile.hold_music, &profile.hold_without_consent].contains(&sound) || account.recording().1 == Some(sound)
    };
    work.now.engine.accounts.values().find(|account| plays(account)).map(|account| account.name.to_string())
}

fn refused(why: WrongSound) -> Error {
    let (field, code) = match why {
        WrongSound::Name => ("sound", "invalid"),
        WrongSound::NotWav(_) => ("file", "not-wav"),
        WrongSound::Format { .. } => ("file", "format"),
        WrongSound::Length(_) => ("file", "length"),
    };
    Error::field(field, code, why.to_string())
}

fn unusable(why: &std::io::Error) -> Error {
    tracing::error!(%why, "the folder of sounds");
    Error::new(StatusCode::SERVICE_UNAVAILABLE, "not-stored", format!("the folder of sounds: {why}"))
}

async fn note(desk: &Arc<Desk>, person: &Person, done: &'static str, sound: &str) -> Result<(), Error> {
    desk.audit(Some(person.user), person.address, done, json!({ "sound": sound })).await
}

/// Bytes: three minutes of a CD are more.
const LARGEST: usize = 20 * 1024 * 1024;
