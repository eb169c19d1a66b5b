//! What every request may need: the way to the engine, who is signed in, what is kept. Routes borrow it; it decides little.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::Utc;
use engine::border::{Look, Reply, StoreError, What};
use engine::id::UserId;
use serde_json::Value;
use tokio::sync::broadcast;

use crate::driver::Handle;
use crate::files::Files;
use crate::leads::Imports;
use crate::store::{AuditEntry, Reader, Store, TokenRow};

use super::error::Error;
use super::guard::Names;
use super::headset;
use super::hub::Told;
use super::lead_lists::Inbox;
use super::pace::{Buckets, Failures};
use super::password::Passwords;
use super::people::People;
use super::presence::Presence;
use super::secret::{self, Kept};
use super::sessions::Sessions;
use super::standing::Standing;
use super::tls::Keys;
use super::{Options, WebError, totp};

#[derive(Debug)]
pub struct Desk {
    pub handle: Handle,
    pub store: Arc<Store>,
    pub people: People,
    pub sessions: Sessions,
    pub passwords: Passwords,
    pub names: Names,
    pub keys: Option<Arc<Keys>>,
    pub paces: Paces,
    pub told: broadcast::Sender<Told>,
    pub headsets: headset::Ends,
    pub standing: Arc<Standing>,
    pub presence: Arc<Presence>,
    /// Of appointments' messages.
    pub files: Arc<Files>,
    /// Lists of leads on their way in, and the files they come from.
    pub imports: Arc<Imports>,
    pub inbox: Arc<Inbox>,
    tokens: Mutex<HashMap<Kept, TokenRow>>,
    /// One-time codes that are begun and not confirmed yet.
    begun_totp: Mutex<BTreeMap<UserId, [u8; totp::SECRET]>>,
    /// Makes the first administrator; once, and only while there is none.
    pub set_up: Mutex<Option<Kept>>,
    /// Held while the file of extensions is changed.
    pub administering: tokio::sync::Mutex<()>,
    pub options: Settings,
}

/// What is left of [`Options`].
#[derive(Debug)]
pub struct Settings {
    pub config: std::path::PathBuf,
    pub data_dir: std::path::PathBuf,
    pub audit_file: Option<std::path::PathBuf>,
    pub recordings: std::path::PathBuf,
    pub zone: chrono_tz::Tz,
    pub numbers: engine::config::GateRules,
    pub rules: Arc<engine::rules::Rules>,
}

#[derive(Debug)]
pub struct Paces {
    pub addresses: Mutex<Buckets<IpAddr>>,
    pub sessions: Mutex<Buckets<Kept>>,
    pub logins: Mutex<Failures<Kept>>,
    pub strangers: Mutex<Failures<IpAddr>>,
}

impl Default for Paces {
    fn default() -> Paces {
        Paces {
            addresses: Mutex::new(Buckets::new(ADDRESS_BURST, ADDRESS_PER_SECOND)),
            sessions: Mutex::new(Buckets::new(SESSION_BURST, SESSION_PER_SECOND)),
            logins: Mutex::new(Failures::new(FREE_PER_LOGIN, LONGEST_PAUSE)),
            strangers: Mutex::new(Failures::new(FREE_PER_ADDRESS, LONGEST_PAUSE)),
        }
    }
}

impl Desk {
    pub fn new(options: Options, names: Names, keys: Option<Arc<Keys>>) -> Result<Desk, WebError> {
        let sessions = options.store.sessions()?;
        let tokens = options.store.tokens()?.into_iter().map(|row| (row.secret, row)).collect();
        let Options { settings, config, data_dir, files, recordings, zone, numbers, rules, handle, store, imports } =
            options;
        let inbox = Inbox::open(&data_dir).map_err(WebError::Files)?;
        let files = Files::open(&data_dir, files).map_err(WebError::Files)?;
        let expected: Vec<UserId> = sessions.iter().map(|row| row.user).collect();
        Ok(Desk {
            handle,
            store,
            people: People::default(),
            sessions: Sessions::restore(sessions, settings.session_idle, settings.session_longest),
            passwords: Passwords::default(),
            names,
            keys,
            paces: Paces::default(),
            told: broadcast::channel(MAX_TOLD).0,
            headsets: headset::Ends::default(),
            standing: Arc::default(),
            presence: Arc::new(Presence::new(expected)),
            files,
            imports,
            inbox,
            tokens: Mutex::new(tokens),
            begun_totp: Mutex::default(),
            set_up: Mutex::new(None),
            administering: tokio::sync::Mutex::default(),
            options: Settings { config, data_dir, audit_file: settings.audit_file, recordings, zone, numbers, rules },
        })
    }

    /// The first instant of a day here: not always midnight, which may be missing.
    pub fn start_of(&self, day: chrono::NaiveDate) -> Option<chrono::DateTime<Utc>> {
        engine::rules::wall::start(self.options.zone, day)
    }

    /// Something of the store, on a thread that may block.
    pub async fn stored<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.store.clone();
        Ok(tokio::task::spawn_blocking(move || work(&store)).await??)
    }

    /// A look at what is kept: what this person was told of is there.
    pub async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        self.stored(move |store| read(&store.reader_of_all()?)).await
    }

    /// Written before the answer is given: what is not in the log did not happen.
    pub async fn audit(
        self: &Arc<Self>,
        user: Option<UserId>,
        address: IpAddr,
        action: &'static str,
        detail: Value,
    ) -> Result<(), Error> {
        let (address, detail) = (address.to_string(), detail.to_string());
        let entry = AuditEntry { at: Utc::now(), user, address, action: action.to_owned(), detail };
        self.stored(move |store| store.audit(entry).map(drop)).await
    }

    /// What was changed by a command is known here when this returns.
    pub async fn catch_up(self: &Arc<Self>) -> Result<(), Error> {
        if let Reply::Snapshot(snapshot) = self.handle.command(What::Look(Look::Watch { since: None }), None).await? {
            self.people.restore(snapshot.entries);
            self.know_people();
        }
        Ok(())
    }

    /// A token that is still good.
    pub fn token(&self, secret: &Kept) -> Option<TokenRow> {
        let now = Utc::now();
        locked(&self.tokens).get(secret).filter(|row| row.until.is_none_or(|until| now < until)).cloned()
    }

    pub fn tokens_of(&self, user: UserId) -> Vec<TokenRow> {
        let mut own: Vec<_> = locked(&self.tokens).values().filter(|row| row.user == user).cloned().collect();
        own.sort_by_key(|row| row.token);
        own
    }

    pub fn add_token(&self, row: TokenRow) {
        locked(&self.tokens).insert(row.secret, row);
    }

    pub fn remove_token(&self, token: u64) {
        locked(&self.tokens).retain(|_, row| row.token != token);
    }

    pub fn begin_totp(&self, user: UserId, shared: [u8; totp::SECRET]) {
        locked(&self.begun_totp).insert(user, shared);
    }

    pub fn begun_totp(&self, user: UserId) -> Option<[u8; totp::SECRET]> {
        locked(&self.begun_totp).get(&user).copied()
    }

    /// Who may not sign in any more is signed out everywhere, at once; the store follows.
    pub fn send_away(self: &Arc<Self>, user: UserId, forgotten: bool) {
        let ended = self.sessions.end_all_of(user, None);
        if forgotten {
            locked(&self.tokens).retain(|_, row| row.user != user);
        }
        let store = self.store.clone();
        tokio::task::spawn_blocking(move || {
            let done = if forgotten { store.forget_person(user) } else { store.end_sessions(ended) };
            done.unwrap_or_else(|why| tracing::error!(%why, "a session that ended is still in the store"));
        });
    }

    /// People are known: whoever left meanwhile is signed out, and where nobody administers, somebody may begin.
    pub fn know_people(self: &Arc<Self>) {
        let mut set_up = locked(&self.set_up);
        if self.people.administered() {
            *set_up = None;
        } else if set_up.is_none() {
            let token = secret::new();
            *set_up = Some(secret::kept(&token));
            let link = format!("{}/#/setup/{token}", self.names.address());
            tracing::info!("nobody administers this yet; whoever opens this link becomes the administrator: {link}");
        }
    }
}

/// Whoever panicked with it left it whole: each change is one call.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lines a slow socket may lag behind.
const MAX_TOLD: usize = 1_024;
/// A page that loads, and many people behind one address.
const ADDRESS_BURST: u32 = 400;
const ADDRESS_PER_SECOND: u32 = 100;
/// One person's hands and page.
const SESSION_BURST: u32 = 100;
const SESSION_PER_SECOND: u32 = 20;
/// Typing errors happen.
const FREE_PER_LOGIN: u32 = 3;
/// Many people may sit behind one address.
const FREE_PER_ADDRESS: u32 = 20;
/// Long enough to make guessing hopeless, short enough that a stranger cannot lock somebody out of a day's work.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
