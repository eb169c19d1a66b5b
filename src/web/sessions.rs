//! Who is signed in, in which browser. A session that ends takes its open sockets along: they watch it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::id::UserId;
use tokio::sync::watch;

use crate::store::SessionRow;

use super::secret::Kept;

#[derive(Debug)]
pub struct Sessions {
    open: Mutex<HashMap<Kept, Session>>,
    idle: TimeDelta,
    longest: TimeDelta,
}

#[derive(Debug)]
struct Session {
    user: UserId,
    began: DateTime<Utc>,
    seen: DateTime<Utc>,
    /// As it is in the store.
    kept: DateTime<Utc>,
    /// Dropped with the session: whoever watches sees the end.
    end: watch::Sender<()>,
}

impl Sessions {
    pub fn restore(rows: Vec<SessionRow>, idle: Duration, longest: Duration) -> Sessions {
        let span = |limit| TimeDelta::from_std(limit).unwrap_or(TimeDelta::MAX);
        let open = rows.into_iter().map(|row| (row.secret, Session::of(&row)));
        Sessions { open: Mutex::new(open.collect()), idle: span(idle), longest: span(longest) }
    }

    /// Gives the sessions that make room for it: nobody is signed in at endlessly many places.
    pub fn begin(&self, row: &SessionRow) -> Vec<Kept> {
        let mut open = self.open();
        let mut own: Vec<(DateTime<Utc>, Kept)> = open
            .iter()
            .filter(|(_, session)| session.user == row.user)
            .map(|(secret, one)| (one.seen, *secret))
            .collect();
        own.sort_unstable();
        let gone: Vec<Kept> = own.iter().rev().skip(MOST_OF_ONE - 1).map(|(_, secret)| *secret).collect();
        gone.iter().for_each(|secret| drop(open.remove(secret)));
        open.insert(row.secret, Session::of(row));
        gone
    }

    /// Whose it is, if it still lasts; it was seen now.
    pub fn seen(&self, secret: &Kept, now: DateTime<Utc>) -> Option<UserId> {
        let mut open = self.open();
        let session = open.get_mut(secret).filter(|session| session.lasts(self.idle, self.longest, now))?;
        session.seen = session.seen.max(now);
        Some(session.user)
    }

    /// Its end, for a socket to watch.
    pub fn watch(&self, secret: &Kept) -> Option<watch::Receiver<()>> {
        self.open().get(secret).map(|session| session.end.subscribe())
    }

    pub fn end(&self, secret: &Kept) {
        self.open().remove(secret);
    }

    /// All of somebody's, but one; gives those that ended.
    pub fn end_all_of(&self, user: UserId, but: Option<&Kept>) -> Vec<Kept> {
        let mut open = self.open();
        let ended = open.iter().filter(|(secret, session)| session.user == user && Some(*secret) != but);
        let ended: Vec<Kept> = ended.map(|(secret, _)| *secret).collect();
        ended.iter().for_each(|secret| drop(open.remove(secret)));
        ended
    }

    /// Ends what lasted too long; gives those, and the ones whose last sight the store does not know.
    pub fn sweep(&self, now: DateTime<Utc>) -> (Vec<Kept>, Vec<SessionRow>) {
        let mut open = self.open();
        let over = open.iter().filter(|(_, session)| !session.lasts(self.idle, self.longest, now));
        let over: Vec<Kept> = over.map(|(secret, _)| *secret).collect();
        over.iter().for_each(|secret| drop(open.remove(secret)));
        let changed = open.iter_mut().filter(|(_, session)| session.kept != session.seen);
        let changed = changed.map(|(secret, session)| {
            session.kept = session.seen;
            SessionRow { secret: *secret, user: session.user, began: session.began, seen: session.seen }
        });
        (over, changed.collect())
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Kept, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn of(row: &SessionRow) -> Session {
        let SessionRow { user, began, seen, .. } = *row;
        Session { user, began, seen, kept: seen, end: watch::Sender::new(()) }
    }

    fn lasts(&self, idle: TimeDelta, longest: TimeDelta, now: DateTime<Utc>) -> bool {
        now.signed_duration_since(self.seen) < idle && now.signed_duration_since(self.began) < longest
    }
}

/// Browsers and tabs of one person; the one not seen for longest makes room.
const MOST_OF_ONE: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_773_300_000 + second, 0).unwrap()
    }

    fn row(secret: u8, second: i64) -> SessionRow {
        SessionRow { secret: [secret; 32], user: UserId(7), began: at(second), seen: at(second) }
    }

    #[test]
    fn a_session_ends_when_nothing_is_done_and_when_it_is_old() {
        let sessions = Sessions::restore(vec![row(1, 0)], Duration::from_secs(60), Duration::from_secs(150));
        assert_eq!(sessions.seen(&[1; 32], at(59)), Some(UserId(7)));
        assert_eq!(sessions.seen(&[1; 32], at(118)), Some(UserId(7)), "it was seen in between");
        assert_eq!(sessions.seen(&[1; 32], at(149)), Some(UserId(7)));
        assert_eq!(sessions.seen(&[1; 32], at(150)), None, "however busy it was");
        assert_eq!(sessions.sweep(at(150)).0, [[1; 32]]);
    }

    #[test]
    fn the_end_of_a_session_is_seen_by_its_sockets() {
        let sessions = Sessions::restore(vec![row(1, 0), row(2, 0)], Duration::from_secs(60), Duration::from_secs(60));
        let watched = sessions.watch(&[1; 32]).unwrap();
        assert_eq!(sessions.end_all_of(UserId(7), Some(&[2; 32])), [[1; 32]]);
        assert!(watched.has_changed().is_err(), "its sender is gone");
        assert!(sessions.watch(&[1; 32]).is_none());
        assert_eq!(sessions.seen(&[2; 32], at(1)), Some(UserId(7)));
    }

    #[test]
    fn nobody_is_signed_in_at_endlessly_many_places() {
        let sessions = Sessions::restore(Vec::new(), Duration::from_secs(60), Duration::from_secs(60));
        let gone: Vec<Kept> = (0..=16).flat_map(|one| sessions.begin(&row(one, i64::from(one)))).collect();
        assert_eq!(gone, [[0; 32]]);
    }
}
