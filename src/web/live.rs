//! The live socket: a snapshot, then numbered news of what this person may see; who comes back names its last number.
//!
//! ```text
//!   {"since":null}  ──>  {"seq":9,"snapshot":{…}}  {"seq":10,"news":{…}} …  {"tick":12} every 5 s
//!   {"since":9}     ──>  {"seq":10,"news":{…}} …      where those are still kept, else a snapshot
//! ```
//!
//! A page that does not answer pings or does not read is cut off with a reason; one that is signed out is told so.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use chrono::Utc;
use engine::border::{Look, Reply, What};
use engine::id::Seq;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;
use tokio::time::{Instant, interval, timeout};

use super::desk::Desk;
use super::doc::{Routes, about};
use super::error::Error;
use super::hub::{self, Line, Told};
use super::people::Rights;
use super::person::{By, Person};
use super::presence::Page;
use super::shape::{self, Snapshot};

pub fn routes() -> Routes {
    let snapshot = json!({ "now": "2026-03-12T14:00:00Z", "me": super::session::me(), "calls": [], "agents": [],
                          "accounts": [], "watched": [], "phones": [], "supervisions": [], "alerts": [] });
    let example = json!({ "seq": 9, "snapshot": snapshot });
    Routes::default().get(
        "/api/v1/live",
        live,
        about("WebSocket: a snapshot, then news with numbers").gives::<shape::Line>(101, example),
    )
}

async fn live(
    person: Person,
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Error> {
    // Browsers name the page that opens a socket, and let every page open one: no cookie counts without it.
    if matches!(person.by, By::Session(_)) && !headers.contains_key(header::ORIGIN) {
        return Err(Error::new(StatusCode::FORBIDDEN, "origin", "sockets are for our own page"));
    }
    let rights = person.rights(&desk)?;
    let upgrade = upgrade.map_err(|why| Error::bad(why.body_text()))?;
    let upgrade = upgrade.max_message_size(MAX_LINE).max_frame_size(MAX_LINE);
    Ok(upgrade.on_upgrade(|socket| async move {
        let (ended, end) = watch::channel(());
        let end = match &person.by {
            By::Session(secret) => desk.sessions.watch(secret),
            By::Token(_) => Some(end),
        };
        let told = desk.told.subscribe();
        let line = Follower { desk, person, rights, socket, told, last: 0, heard: Instant::now(), page: None };
        if let Some(end) = end {
            line.run(end).await;
        }
        drop(ended);
    }))
}

/// One page that follows.
struct Follower {
    desk: Arc<Desk>,
    person: Person,
    rights: Rights,
    socket: WebSocket,
    told: broadcast::Receiver<Told>,
    /// The number it was told last.
    last: u64,
    /// When anything came from it.
    heard: Instant,
    /// From its first line on; a program has none.
    page: Option<Page>,
}

/// Why it ends.
enum Bye {
    SignedOut,
    Idle,
    TooSlow,
    Draining,
    /// It left, or does not speak our language.
    Gone,
}

#[derive(Deserialize)]
struct Hello {
    since: Option<u64>,
}

impl Follower {
    async fn run(mut self, end: watch::Receiver<()>) {
        let bye = match self.greet().await {
            Ok(()) => self.follow(end).await,
            Err(bye) => bye,
        };
        self.take_leave(bye).await;
    }

    /// The page speaks first.
    async fn greet(&mut self) -> Result<(), Bye> {
        let first = timeout(GREETING_LIMIT, self.socket.recv()).await.map_err(|_| Bye::Idle)?;
        let Some(Ok(Message::Text(text))) = first else { return Err(Bye::Gone) };
        let hello: Hello = serde_json::from_str(&text).map_err(|_| Bye::Gone)?;
        if let By::Session(_) = self.person.by {
            self.page = Some(self.desk.presence.open(self.person.user));
        }
        self.begin(hello.since).await
    }

    /// What it has missed, or everything.
    async fn begin(&mut self, since: Option<u64>) -> Result<(), Bye> {
        let since = since.map(Seq);
        match self.person.handle.command(What::Look(Look::Watch { since }), None).await {
            Ok(Reply::Snapshot(snapshot)) => {
                let me = self.desk.people.me(&self.rights).ok_or(Bye::SignedOut)?;
                let whole = serde_json::to_value(Snapshot::of(&snapshot, me)).unwrap_or_default();
                self.last = snapshot.seq;
                self.send(shape::line(snapshot.seq, "snapshot", &whole)).await
            }
            Ok(Reply::Deltas(missed)) => {
                // What it may see was another thing, perhaps: all anew.
                if missed.iter().any(|delta| hub::concerns(&delta.news).is(self.person.user)) {
                    return Box::pin(self.begin(None)).await;
                }
                self.last = since.map_or(0, |since| since.0);
                for delta in missed {
                    self.last = delta.seq.0;
                    if let Some(news) = shape::news(&delta.news) {
                        self.send(shape::line(delta.seq.0, "news", &news)).await?;
                    }
                }
                Ok(())
            }
            Ok(
                Reply::Done
                | Reply::PhoneFirst { .. }
                | Reply::Dialled { .. }
                | Reply::Sent { .. }
                | Reply::Kept { .. }
                | Reply::Promised { .. }
                | Reply::Appointed { .. }
                | Reply::Posted { .. }
                | Reply::Days(_)
                | Reply::Explained(_)
                | Reply::Tested(_),
            ) => Err(Bye::Gone),
            Err(refusal) if refusal.code == engine::border::RefusalCode::Draining => Err(Bye::Draining),
            Err(_) => Err(Bye::SignedOut),
        }
    }

    async fn follow(&mut self, mut end: watch::Receiver<()>) -> Bye {
        let mut tick = interval(TICK);
        loop {
            let step = tokio::select! {
                _ = end.changed() => return Bye::SignedOut,
                told = self.told.recv() => self.on_told(told).await,
                message = self.socket.recv() => self.on_message(message),
                _ = tick.tick() => self.on_tick().await,
            };
            if let Err(bye) = step {
                return bye;
            }
        }
    }

    async fn on_told(&mut self, told: Result<Told, RecvError>) -> Result<(), Bye> {
        match told {
            Ok(Told::Line(line)) if line.seq <= self.last => Ok(()),
            Ok(Told::Line(line)) => self.on_line(&line).await,
            Ok(Told::Gap) => self.begin(None).await,
            Err(RecvError::Lagged(_)) => Err(Bye::TooSlow),
            Err(RecvError::Closed) => Err(Bye::Draining),
        }
    }

    async fn on_line(&mut self, line: &Line) -> Result<(), Bye> {
        self.last = line.seq;
        let mut news = line.news.clone().filter(|_| self.rights.admits(&line.audience));
        if line.rights.is(self.person.user) {
            let now = self.person.rights(&self.desk).map_err(|_| Bye::SignedOut)?;
            if now != self.rights {
                // What may be seen is another thing now: begin anew.
                self.rights = now;
                return self.begin(None).await;
            }
            let me = self.desk.people.me(&self.rights).ok_or(Bye::SignedOut)?;
            news.get_or_insert_with(|| json!({}))["me"] = json!(me);
            return self.send(shape::line(line.seq, "news", &news.unwrap_or_default())).await;
        }
        match &line.text {
            Some(text) if news.is_some() => self.send(text.clone()).await,
            Some(_) | None => Ok(()),
        }
    }

    fn on_message(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Bye> {
        match message {
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Text(_))) => {
                self.heard = Instant::now();
                Ok(())
            }
            Some(Ok(Message::Binary(_) | Message::Close(_)) | Err(_)) | None => Err(Bye::Gone),
        }
    }

    /// Whoever has the page open does something.
    async fn on_tick(&mut self) -> Result<(), Bye> {
        if self.heard.elapsed() > IDLE_LIMIT {
            return Err(Bye::Idle);
        }
        if let By::Session(secret) = &self.person.by {
            self.desk.sessions.seen(secret, Utc::now()).ok_or(Bye::SignedOut)?;
        }
        self.write(Message::Ping(Default::default())).await?;
        self.send(json!({ "tick": self.last }).to_string()).await
    }

    async fn send(&mut self, text: String) -> Result<(), Bye> {
        self.write(Message::Text(text.into())).await
    }

    async fn write(&mut self, message: Message) -> Result<(), Bye> {
        match timeout(WRITE_LIMIT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Bye::Gone),
            Err(_) => Err(Bye::TooSlow),
        }
    }

    async fn take_leave(mut self, bye: Bye) {
        let (word, code) = match bye {
            Bye::SignedOut => ("signed-out", 4001),
            Bye::Idle => ("idle", 4002),
            Bye::TooSlow => ("too-slow", 4003),
            Bye::Draining => ("draining", 4004),
            Bye::Gone => return,
        };
        // Who does not read is not waited for again.
        let said = self.socket.send(Message::Text(json!({ "bye": word }).to_string().into()));
        if let Ok(Ok(())) = timeout(GOODBYE_LIMIT, said).await {
            let close = Message::Close(Some(CloseFrame { code, reason: word.into() }));
            let _ = timeout(GOODBYE_LIMIT, self.socket.send(close)).await;
        }
    }
}

/// A page writes nothing but its first line.
const MAX_LINE: usize = 4 * 1024;
const GREETING_LIMIT: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_secs(5);
/// Three pings without an answer.
const IDLE_LIMIT: Duration = Duration::from_secs(15);
/// A page that takes nothing for so long has died.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
const GOODBYE_LIMIT: Duration = Duration::from_millis(500);
