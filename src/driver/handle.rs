//! How other rooms of the shell talk to the engine: through the driver, by messages.

use std::sync::Arc;

use engine::access::{Action, Whose};
use engine::border::{Actor, IdempotencyKey, Refusal, RefusalCode, Reply, StoreError, What};
use engine::id::{CallId, UserId};
use engine::news::Delta;
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::config::ExtensionSettings;
use crate::leads::Imports;
use crate::shards::browser::{BrowserError, Offer, PageKey};
use crate::sound::DeviceReport;
use crate::store::Reader;
use crate::trace::Entry;

/// A wish to the driver, each with its way back.
#[derive(Debug)]
pub enum Request {
    Command {
        actor: Actor,
        what: What,
        key: Option<IdempotencyKey>,
        answer: oneshot::Sender<Result<Reply, Refusal>>,
    },
    /// Whether somebody may do something that is done in the shell.
    May {
        actor: Actor,
        action: Action,
        whose: Whose,
        answer: oneshot::Sender<Result<(), Refusal>>,
    },
    /// Every delta from now on; one who reads too slowly is told how many it missed, and asks for a snapshot.
    Subscribe(oneshot::Sender<broadcast::Receiver<Delta>>),
    /// The SIP messages of a call, oldest first, secrets masked.
    Trace(CallId, oneshot::Sender<Vec<Entry>>),
    /// The devices; with `offered` also what the system has, which may take it some seconds.
    Devices {
        offered: bool,
        answer: oneshot::Sender<DeviceReport>,
    },
    /// A person's page wants to be the headset, or has left.
    Page(PageRequest),
    /// A way to read what is stored.
    Reader(oneshot::Sender<Result<Reader, StoreError>>),
    /// Lists of leads on their way in, and the store that they are kept in.
    Imports(oneshot::Sender<Arc<Imports>>),
    /// The extensions as configured.
    Extensions(oneshot::Sender<Vec<ExtensionSettings>>),
    /// The names of the gateways that are configured.
    Gateways(oneshot::Sender<Vec<String>>),
    /// Reads the configuration again: warnings, or every error.
    Reload(oneshot::Sender<Result<Vec<String>, Vec<String>>>),
}

/// About the browser's headset.
#[derive(Debug)]
pub enum PageRequest {
    Offer(Offer),
    HangUp(PageKey),
}

/// A way to the driver; clones lead to the same one.
#[derive(Clone, Debug)]
pub struct Handle {
    requests: mpsc::Sender<Request>,
    actor: Actor,
}

impl Handle {
    /// Together with the end that the driver reads.
    pub fn new() -> (Handle, mpsc::Receiver<Request>) {
        let (requests, inbox) = mpsc::channel(MAX_WAITING);
        (Handle { requests, actor: Actor::Local }, inbox)
    }

    /// The same way, for somebody else: what it commands, that person does.
    #[must_use]
    pub fn acting_for(&self, actor: Actor) -> Handle {
        Handle { actor, ..self.clone() }
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// Commands; as the local actor unless [`Handle::acting_for`] said otherwise.
    pub async fn command(&self, what: What, key: Option<IdempotencyKey>) -> Result<Reply, Refusal> {
        let actor = self.actor;
        self.ask(|answer| Request::Command { actor, what, key, answer }).await.unwrap_or_else(|| Err(stopping()))
    }

    /// Asks the engine's table about something that is done in the shell: a look at what is stored, a file.
    pub async fn may(&self, action: Action, whose: Whose) -> Result<(), Refusal> {
        let actor = self.actor;
        self.ask(|answer| Request::May { actor, action, whose, answer }).await.unwrap_or_else(|| Err(stopping()))
    }

    /// `None` when the daemon is stopping.
    pub async fn subscribe(&self) -> Option<broadcast::Receiver<Delta>> {
        self.ask(Request::Subscribe).await
    }

    /// Empty for a call that has no messages any more.
    pub async fn trace(&self, call: CallId) -> Vec<Entry> {
        self.ask(|answer| Request::Trace(call, answer)).await.unwrap_or_default()
    }

    /// What people talk through, and whether it is there.
    pub async fn devices(&self, offered: bool) -> DeviceReport {
        self.ask(|answer| Request::Devices { offered, answer }).await.unwrap_or_default()
    }

    /// Connects the page of this person as a headset: the offer's SDP in, the answer's out. `take` brings the sound here from
    /// another page of the same person, which otherwise keeps it. May be asked before and after sign-in, and again at any time: a
    /// new connection takes the place of the old one, whatever calls there are.
    pub async fn browser_offer(&self, user: UserId, sdp: String, take: bool) -> Result<String, BrowserError> {
        let offer = |answer| Request::Page(PageRequest::Offer(Offer { page: PageKey(user.0), sdp, take, answer }));
        self.ask(offer).await.unwrap_or(Err(BrowserError::Off))
    }

    /// Ends the connection of this person's page: its session is over.
    pub async fn browser_hang_up(&self, user: UserId) {
        // Where the daemon is stopping it ends anyway.
        let _stopping = self.requests.send(Request::Page(PageRequest::HangUp(PageKey(user.0)))).await;
    }

    /// What is stored; to be read on a thread that may block.
    pub async fn reader(&self) -> Result<Reader, StoreError> {
        self.ask(Request::Reader).await.unwrap_or_else(|| Err(StoreError(stopping().text)))
    }

    /// `None` when the daemon is stopping.
    pub async fn imports(&self) -> Option<Arc<Imports>> {
        self.ask(Request::Imports).await
    }

    /// The extensions as configured, without passwords.
    pub async fn extensions(&self) -> Vec<ExtensionSettings> {
        self.ask(Request::Extensions).await.unwrap_or_default()
    }

    /// The names of the gateways that are configured.
    pub async fn gateways(&self) -> Vec<String> {
        self.ask(Request::Gateways).await.unwrap_or_default()
    }

    /// Applies the changed configuration without touching live calls.
    pub async fn reload(&self) -> Result<Vec<String>, Vec<String>> {
        self.ask(Request::Reload).await.unwrap_or_else(|| Err(vec![stopping().text]))
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(request(answer)).await.ok()?;
        answered.await.ok()
    }
}

fn stopping() -> Refusal {
    Refusal::new(RefusalCode::Draining, "the daemon is stopping")
}

/// Wishes waiting for the driver; more callers wait their turn.
const MAX_WAITING: usize = 256;
