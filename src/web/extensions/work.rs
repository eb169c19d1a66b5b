//! One change of the desktop's own file of extensions: begun from the disk, checked with everything else, kept, put in force.

use std::path::PathBuf;
use std::sync::Arc;

use axum::http::StatusCode;

use crate::config::{self, Administered, ConfigError, Loaded, WrongField};
use crate::web::desk::Desk;
use crate::web::error::Error;

use super::fields::ExtensionFields;

/// The file as it shall be, and what is in force beside it.
pub struct Work {
    pub file: Administered,
    pub now: Loaded,
    config: PathBuf,
}

impl Work {
    /// Changes the file by `change`, one at a time, on a thread that may block.
    pub async fn carry_out<T: Send + 'static>(
        desk: &Arc<Desk>,
        change: impl FnOnce(&mut Work) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let done = Work::begin_with(desk, |work| {
            let done = change(work)?;
            work.check().map_err(|errors| work.worded(&errors))?;
            work.keep().map(|()| done)
        });
        let done = done.await?;
        Work::put_in_force(desk).await?;
        Ok(done)
    }

    /// The same, and what becomes of it is up to `work`.
    pub async fn begin_with<T: Send + 'static>(
        desk: &Arc<Desk>,
        work: impl FnOnce(&mut Work) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _one = desk.administering.lock().await;
        let (config, data_dir) = (desk.options.config.clone(), desk.options.data_dir.clone());
        tokio::task::spawn_blocking(move || {
            let (now, _) = config::load(&config, &environment).map_err(|errors| broken(&errors))?;
            let file = Administered::open(&data_dir).map_err(|why| unusable(&why))?;
            work(&mut Work { file, now, config })
        })
        .await?
    }

    /// By the same reload as a changed file is.
    pub async fn put_in_force(desk: &Arc<Desk>) -> Result<(), Error> {
        let refused = |errors: Vec<String>| Error::new(StatusCode::CONFLICT, "configuration", errors.join("; "));
        desk.handle.reload().await.map(drop).map_err(refused)
    }

    /// Not of `ramal.toml`, whose extensions are changed there.
    pub fn ours(&self, number: &str) -> Result<(), Error> {
        if self.file.has(number) {
            return Ok(());
        }
        let place = self.now.extensions().into_iter().find(|one| one.account.as_str() == number);
        let place = place.ok_or_else(Error::not_found)?.place;
        let text = format!("extension {number} stands in {place}; change it there and reload");
        Err(Error::new(StatusCode::CONFLICT, "in-file", text))
    }

    pub fn put(&mut self, number: &str, fields: &ExtensionFields) -> Result<(), Error> {
        self.try_put(number, fields).map_err(|wrong| Error::field(wrong.field, "invalid", wrong.problem))
    }

    pub fn try_put(&mut self, number: &str, fields: &ExtensionFields) -> Result<(), WrongField> {
        let settings = self.now.extensions().into_iter().find(|one| one.account.as_str() == number);
        let mut fields = fields.as_config(settings.as_ref());
        if fields.server.is_none() {
            fields.profile = fields.profile.filter(|profile| !profile.is_empty());
        }
        self.file.put(number, &fields, &self.now)
    }

    /// Everything configured, with this in it.
    pub fn check(&self) -> Result<(), Vec<ConfigError>> {
        self.file.check(&self.config, &environment).map(drop)
    }

    pub fn keep(&self) -> Result<(), Error> {
        self.file.keep().map_err(|why| unusable(&why))
    }

    /// The first error, at its field where it is about an extension in the file.
    pub fn worded(&self, errors: &[ConfigError]) -> Error {
        let own = errors.iter().find_map(|error| Some((error, self.file.concerns(error)?)));
        match own {
            Some((error, (number, field))) => {
                let taken = error.problem.contains("already defined");
                let text = format!("extension {number}: {field} {}", error.problem);
                Error::field(field, if taken { "taken" } else { "invalid" }, text)
            }
            None => match errors.iter().find(|error| error.place.section.as_deref().is_some_and(is_registrar)) {
                Some(error) => Error::field("server", "invalid", format!("server {}", error.problem)),
                None => broken(errors),
            },
        }
    }
}

fn is_registrar(section: &str) -> bool {
    section.starts_with("registrar.")
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What stands in the files already cannot be loaded: nothing can be changed on top of it.
fn broken(errors: &[ConfigError]) -> Error {
    let all: Vec<String> = errors.iter().take(SHOWN).map(ToString::to_string).collect();
    let text = format!("the configuration has errors, correct them first; nothing was changed: {}", all.join("; "));
    Error::new(StatusCode::CONFLICT, "configuration", text)
}

fn unusable(why: &std::io::Error) -> Error {
    tracing::error!(%why, "the file of administered extensions");
    Error::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "not-stored",
        format!("the file of extensions: {why}; nothing was changed"),
    )
}

/// Errors in one answer.
const SHOWN: usize = 5;
