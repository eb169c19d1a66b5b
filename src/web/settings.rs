//! What is configured for the whole installation and may be changed in the desktop: limits of alerts, profiles of PBXs (VZ-12, VZ-17).
//!
//! A section of `ramal.toml` is shown and says where it stands. Every other one is written whole into the desktop's own file, checked
//! with everything else first, and put in force by a reload.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use engine::access::{Action, Whose};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::config;

use super::administering::{Work, listed};
use super::body::{Body, Named};
use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::person::Person;

pub fn routes() -> Routes {
    let one = json!({
        "section": "alerts", "place": "/var/lib/ramal/administered.toml:1", "administered": true,
        "keys": { "nobody_after": { "value": "5m", "usual": "2m" }, "least_free_mb": { "value": 2000, "usual": 2000 } },
    });
    Routes::default()
        .get(
            "/api/v1/settings",
            list,
            about("Sections of the configuration that may be changed here: `alerts`, `profile.NAME`")
                .lists::<Section>(json!([one])),
        )
        .put(
            "/api/v1/settings/{section}",
            put,
            about("Says a whole section, as in the configuration: what is not named is as usual. Makes profiles")
                .takes::<Keys>(json!({ "nobody_after": "5m" }))
                .gives::<Section>(200, one),
        )
        .delete(
            "/api/v1/settings/{section}",
            remove,
            about("Takes back what was said here: the section is as usual, and a profile of one's own is gone"),
        )
}

/// One section of the configuration.
#[derive(Serialize, ToSchema)]
pub struct Section {
    /// `alerts`, `profile.asterisk`.
    section: String,
    /// `file:line`; null: it is what the program brings along.
    place: Option<String>,
    /// It is changed here; else in the file where it stands.
    administered: bool,
    keys: BTreeMap<&'static str, Setting>,
}

/// As the configuration spells it: text, numbers, true and false, lists of text.
#[derive(Serialize, ToSchema)]
pub struct Setting {
    value: Value,
    /// Where nothing is said.
    usual: Value,
}

/// Keys of a section with their values; null is as if it were not named.
#[derive(ToSchema)]
#[allow(dead_code, reason = "for the document alone")]
pub struct Keys(BTreeMap<String, Value>);

impl From<config::Section> for Section {
    fn from(one: config::Section) -> Section {
        let setting = |setting: config::Setting| Setting { value: setting.value, usual: setting.usual };
        Section {
            section: one.section,
            place: one.place,
            administered: one.administered,
            keys: one.keys.into_iter().map(|(key, one)| (key, setting(one))).collect(),
        }
    }
}

async fn list(person: Person, State(desk): State<Arc<Desk>>) -> Result<axum::Json<Vec<Section>>, Error> {
    person.may(Action::Settings, Whose::Nothing).await?;
    let sections = Work::begin_with(&desk, |work| Ok(work.now.sections.clone())).await?;
    Ok(axum::Json(sections.into_iter().map(Section::from).collect()))
}

async fn put(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(name): Named<String>,
    Body(keys): Body<Map<String, Value>>,
) -> Result<axum::Json<Section>, Error> {
    person.may(Action::Settings, Whose::Nothing).await?;
    let keys = spelled(keys)?;
    let section = name.clone();
    Work::carry_out(&desk, move |work| {
        let known = changeable(work, &section)?;
        if !known && !section.starts_with(PROFILE) {
            return Err(Error::not_found());
        }
        work.file.put(&section, keys);
        Ok(())
    })
    .await?;
    note(&desk, &person, "settings-changed", &name).await?;
    let axum::Json(all) = list(person, State(desk)).await?;
    all.into_iter().find(|one| one.section == name).map(axum::Json).ok_or_else(Error::not_found)
}

async fn remove(
    person: Person,
    State(desk): State<Arc<Desk>>,
    Named(name): Named<String>,
) -> Result<StatusCode, Error> {
    person.may(Action::Settings, Whose::Nothing).await?;
    let section = name.clone();
    Work::carry_out(&desk, move |work| {
        changeable(work, &section)?;
        if !work.file.remove(&section) {
            return Err(Error::not_found());
        }
        // Extensions, or other profiles, may name it.
        let used = |errors: Vec<_>| {
            let text = format!("it is in use; nothing was changed: {}", listed(&errors));
            Error::new(StatusCode::CONFLICT, "in-use", text)
        };
        work.check().map_err(used)
    })
    .await?;
    note(&desk, &person, "settings-taken-back", &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether there is such a section; one of `ramal.toml` is changed there.
fn changeable(work: &Work, section: &str) -> Result<bool, Error> {
    let Some(known) = work.now.sections.iter().find(|one| one.section == section) else { return Ok(false) };
    match (&known.place, known.administered) {
        (Some(place), false) => {
            let text = format!("[{section}] stands in {place}; change it there and reload");
            Err(Error::new(StatusCode::CONFLICT, "in-file", text))
        }
        (None, _) | (_, true) => Ok(true),
    }
}

/// As the file has it.
fn spelled(keys: Map<String, Value>) -> Result<toml::Table, Error> {
    let said = keys.into_iter().filter(|(_, value)| !value.is_null());
    let spelled = said.map(|(key, value)| match toml::Value::try_from(&value) {
        Ok(value) => Ok((key, value)),
        Err(_) => Err(Error::field(&key, "invalid", format!("{key} cannot be written into a configuration"))),
    });
    spelled.collect()
}

async fn note(desk: &Arc<Desk>, person: &Person, done: &'static str, section: &str) -> Result<(), Error> {
    desk.audit(Some(person.user), person.address, done, json!({ "section": section })).await
}

const PROFILE: &str = "profile.";
