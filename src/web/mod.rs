//! The agent's desktop over HTTP and WebSocket (docs/web.md): a thread of its own, which reaches the engine through the driver only.
//!
//! ```text
//!   browser ──TLS──> serve ──> guard ──> routes ──> Desk ── Handle, acting for the person ──> driver
//!                             Host, Origin,            │
//!                             pace, headers            ├── people   who there is and may do what: a copy, fed by the hub
//!                                                      ├── sessions who is signed in, where
//!   browser <─────────────── live <── hub ── deltas    ├── presence whose page is open
//!                                                      └── store    passwords, tokens, audit
//! ```

mod administering;
mod agent;
mod appointments;
mod audit;
mod body;
mod breaks;
mod callbacks;
mod calls;
mod campaigns;
mod cases;
mod contacts;
mod desk;
mod directory;
mod doc;
mod error;
mod extensions;
mod gate;
mod guard;
mod headset;
mod health;
mod history;
mod hub;
mod invitation;
mod lead_lists;
mod leads;
mod lists;
mod live;
mod metrics;
mod number_lists;
mod pace;
mod page;
mod password;
mod people;
mod person;
mod presence;
mod proofs;
mod recordings;
mod routes;
mod schedules;
mod secret;
mod serve;
mod session;
mod sessions;
mod settings;
mod setup;
mod shape;
mod sheet;
mod sounds;
mod standing;
mod supervise;
mod suppression_lines;
mod suppressions;
mod table;
mod tls;
mod tokens;
mod totp;
mod trace;

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use chrono_tz::Tz;
use engine::config::GateRules;
use tokio::sync::watch;

use crate::config;
use crate::driver::Handle;
use crate::leads::Imports;
use crate::store::Store;

use desk::Desk;
use tls::Keys;

pub use invitation::Invitation;
pub use routes::openapi;
pub(crate) use secret::random;

/// What the control socket answers as the API does.
pub mod shared {
    pub(crate) use super::campaigns::dry_run;
    pub(crate) use super::error::Error;
    pub(crate) use super::lead_lists::preview_of as preview;
    pub(crate) use super::leads::whole as lead;
    pub(crate) use super::number_lists::{Scopes, checked as number_list, noted as noted_list, shown as number_lists};
    pub(crate) use super::sheet::Parts;
    pub(crate) use super::suppression_lines::{Ground, add_part, read as suppression};
    pub(crate) use super::suppressions::{AT_ONCE, Suppression, SuppressionReport as Report};

    pub use super::number_lists::SuppressionScope;
    pub use super::suppressions::NewSuppression;
}

/// What it is made with.
#[derive(Debug)]
pub struct Options {
    pub settings: config::Web,
    /// `ramal.toml`.
    pub config: PathBuf,
    pub data_dir: PathBuf,
    /// What is kept of files that messages carry.
    pub files: config::FileLimits,
    pub recordings: PathBuf,
    pub zone: Tz,
    /// How numbers are written here.
    pub numbers: GateRules,
    /// What binds calls.
    pub rules: std::sync::Arc<engine::rules::Rules>,
    pub handle: Handle,
    pub store: Arc<Store>,
    /// Lists of leads on their way in.
    pub imports: Arc<Imports>,
}

/// Why the desktop cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    #[error("web.listen {address}: {why}; is another program on this port?")]
    Listen { address: SocketAddr, why: std::io::Error },
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    #[error("a folder of files in daemon.data_dir: {0}")]
    Files(std::io::Error),
    #[error("the web server's thread: {0}")]
    Thread(std::io::Error),
    #[error(transparent)]
    Store(#[from] engine::border::StoreError),
}

/// The running server.
#[derive(Debug)]
pub struct Web {
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
    keys: Option<Arc<Keys>>,
    standing: Arc<standing::Standing>,
}

impl Web {
    /// Listens at once, so that what is wrong is told before anything is begun; answers from its own thread.
    pub fn start(options: Options) -> Result<Web, WebError> {
        let names = guard::Names::of(&options.settings);
        let keys = match &options.settings.tls {
            config::Tls::Off => None,
            tls => Some(Arc::new(Keys::load(tls, &options.data_dir, &names.certified())?)),
        };
        let listeners = options.settings.listen.iter().map(listen).collect::<Result<Vec<_>, _>>()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(BLOCKING_THREADS)
            .thread_name("web-blocking")
            .build()
            .map_err(WebError::Thread)?;
        let (stop, stopping) = watch::channel(false);
        let desk = Arc::new(Desk::new(options, names, keys.clone())?);
        let (served, standing) = (keys.clone(), desk.standing.clone());
        let work = move || {
            runtime.block_on(serve::serve(desk, listeners, served, stopping));
            runtime.shutdown_timeout(LAST_MOMENTS);
        };
        let thread = std::thread::Builder::new().name("web".into()).spawn(work).map_err(WebError::Thread)?;
        Ok(Web { stop, thread, keys, standing })
    }

    /// Reads certificate and key again.
    ///
    /// # Errors
    /// In words; the old ones stay.
    pub fn reload(&self) -> Result<(), String> {
        self.keys.as_ref().map_or(Ok(()), |keys| keys.reload().map_err(|why| why.to_string()))
    }

    /// The daemon takes no more work: it is not ready any more.
    pub fn drain(&self) {
        self.standing.drain();
    }

    /// Ends every connection; returns when nothing of it runs any more.
    pub fn stop(self) {
        self.stop.send_replace(true);
        // A panic over there was reported by the panic hook.
        let _ = self.thread.join();
    }
}

fn listen(address: &SocketAddr) -> Result<TcpListener, WebError> {
    let bound = TcpListener::bind(address).and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
    bound.map_err(|why| WebError::Listen { address: *address, why })
}

/// Passwords being hashed and files being read at once.
const BLOCKING_THREADS: usize = 8;
/// For what is being written when the daemon stops.
const LAST_MOMENTS: std::time::Duration = std::time::Duration::from_secs(2);
