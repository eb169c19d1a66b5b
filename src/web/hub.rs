//! Every delta of the engine, once: people first, then written as the page reads it, then passed on to all sockets.

use std::sync::Arc;

use engine::access::Audience;
use engine::border::{Look, Reply, What};
use engine::id::UserId;
use engine::news::{Delta, News, StaffNews};
use engine::staff::{Entry, EntryId};
use serde_json::Value;
use tokio::sync::broadcast::{self, error::RecvError};

use super::desk::Desk;
use super::shape;

/// What sockets are told.
#[derive(Clone, Debug)]
pub enum Told {
    Line(Arc<Line>),
    /// Some were lost: whoever follows begins anew.
    Gap,
}

#[derive(Debug)]
pub struct Line {
    pub seq: u64,
    pub audience: Audience,
    /// What is in it for the page, if anything.
    pub news: Option<Value>,
    /// The same as it is sent: written once for all.
    pub text: Option<String>,
    /// Whose rights may be others now.
    pub rights: Concerns,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Concerns {
    Nobody,
    One(UserId),
    Everyone,
}

/// Follows the engine for ever; returns when the daemon stops.
pub async fn follow(desk: Arc<Desk>, told: broadcast::Sender<Told>) {
    while let Some(mut deltas) = desk.handle.subscribe().await {
        let first = desk.handle.command(What::Look(Look::Watch { since: None }), None).await;
        let Ok(Reply::Snapshot(snapshot)) = first else { return };
        desk.people.restore(snapshot.entries);
        desk.know_people();
        // Nobody may be connected.
        let _nobody = told.send(Told::Gap);
        loop {
            match deltas.recv().await {
                Ok(delta) if delta.seq.0 <= snapshot.seq => {}
                Ok(delta) => pass_on(&desk, &told, &delta),
                Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return,
            }
        }
    }
}

fn pass_on(desk: &Arc<Desk>, told: &broadcast::Sender<Told>, delta: &Delta) {
    desk.standing.on_news(&delta.news);
    if let News::Staff(news) = &delta.news {
        desk.people.on_news(news);
        if let Some(user) = left(news) {
            desk.send_away(user, matches!(news, StaffNews::Gone(_)));
        }
    }
    let news = shape::news(&delta.news);
    let text = news.as_ref().map(|news| shape::line(delta.seq.0, "news", news));
    let line = Line { seq: delta.seq.0, audience: delta.audience, news, text, rights: concerns(&delta.news) };
    let _nobody = told.send(Told::Line(Arc::new(line)));
}

impl Concerns {
    pub fn is(self, user: UserId) -> bool {
        match self {
            Concerns::Nobody => false,
            Concerns::One(one) => one == user,
            Concerns::Everyone => true,
        }
    }
}

/// Whose rights some news may change.
pub fn concerns(news: &News) -> Concerns {
    let News::Staff(news) = news else { return Concerns::Nobody };
    match news {
        StaffNews::Agent(_) | StaffNews::Phone(_) | StaffNews::Promise(_) => Concerns::Nobody,
        StaffNews::Record(_) | StaffNews::Campaign(_) => Concerns::Nobody,
        StaffNews::Supervision(_) | StaffNews::TakenOver { .. } => Concerns::Nobody,
        StaffNews::Appointment(_) | StaffNews::Reminder { .. } | StaffNews::Letter(_) => Concerns::Nobody,
        StaffNews::Kept(Entry::User(user)) => Concerns::One(user.user),
        StaffNews::Gone(EntryId::User(user)) => Concerns::One(*user),
        // A perfil is what many may do; a queue that goes leaves everybody who was in it.
        StaffNews::Kept(Entry::Perfil(_)) | StaffNews::Gone(_) => Concerns::Everyone,
        StaffNews::Kept(Entry::Queue(_) | Entry::Item(_) | Entry::Schedule(_) | Entry::Campaign(_)) => Concerns::Nobody,
    }
}

/// Who may not sign in any more.
fn left(news: &StaffNews) -> Option<UserId> {
    match news {
        StaffNews::Kept(Entry::User(user)) if !user.active => Some(user.user),
        StaffNews::Gone(EntryId::User(user)) => Some(*user),
        StaffNews::Kept(_) | StaffNews::Gone(_) | StaffNews::Agent(_) | StaffNews::Phone(_) => None,
        StaffNews::Supervision(_) | StaffNews::TakenOver { .. } | StaffNews::Promise(_) => None,
        StaffNews::Record(_) | StaffNews::Campaign(_) => None,
        StaffNews::Appointment(_) | StaffNews::Reminder { .. } | StaffNews::Letter(_) => None,
    }
}
