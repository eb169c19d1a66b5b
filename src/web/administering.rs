//! One change of the desktop's own file: begun from the disk, checked with everything else, kept, put in force.

use std::path::PathBuf;
use std::sync::Arc;

use axum::http::StatusCode;

use crate::config::{self, Administered, ConfigError, Loaded};

use super::desk::Desk;
use super::error::Error;

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

    /// Everything configured, with this in it.
    pub fn check(&self) -> Result<(), Vec<ConfigError>> {
        self.file.check(&self.config, &environment).map(drop)
    }

    pub fn keep(&self) -> Result<(), Error> {
        self.file.keep().map_err(|why| unusable(&why))
    }

    /// The first error, at its field where it is about something in the file.
    pub fn worded(&self, errors: &[ConfigError]) -> Error {
        let own = errors.iter().find_map(|error| Some((error, self.file.concerns(error)?)));
        match own {
            Some((error, (section, _))) if is_registrar(section) => {
                Error::field("server", "invalid", format!("server {}", error.problem))
            }
            Some((error, (section, field))) => {
                let taken = error.problem.contains("already defined");
                let text = format!("{section}: {field} {}", error.problem);
                Error::field(field, if taken { "taken" } else { "invalid" }, text)
            }
            None => broken(errors),
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
    let text = format!("the configuration has errors, correct them first; nothing was changed: {}", listed(errors));
    Error::new(StatusCode::CONFLICT, "configuration", text)
}

/// The first few, in one line.
pub fn listed(errors: &[ConfigError]) -> String {
    errors.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn unusable(why: &std::io::Error) -> Error {
    tracing::error!(%why, "the file of what is administered");
    Error::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "not-stored",
        format!("the file of what is administered: {why}; nothing was changed"),
    )
}

/// Errors in one answer.
const SHOWN: usize = 5;
