//! Whose page is there: who closed the last one and does not come back is told to the engine, which then keeps no promise through
//! that person (CB-08). docs/web.md says what counts.
//!
//! ```text
//!              opened                 the last closed              LEFT_LIMIT
//!   (unknown) ────────> open (n) ────────────────────────> leaving ────────────> told, unknown
//!                          ^                                 │ ^
//!                          └─────────────────────────────────┘ └── signed in at the start, RETURN_LIMIT
//!                                       opened
//! ```
//!
//! Nobody is told to be back: the engine sees it, since each page begins by asking for what there is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use engine::agent::{Command, Wish};
use engine::border::What;
use engine::id::UserId;
use tokio::sync::Notify;

use super::desk::{Desk, locked};

#[derive(Debug)]
pub struct Presence {
    pages: Mutex<Pages>,
    changed: Notify,
}

/// An open one; closed when dropped.
#[derive(Debug)]
pub struct Page {
    presence: Arc<Presence>,
    user: UserId,
}

impl Presence {
    /// `expected`: who had a session in the last run.
    pub fn new(expected: impl IntoIterator<Item = UserId>) -> Presence {
        Presence { pages: Mutex::new(Pages::new(expected, Instant::now())), changed: Notify::new() }
    }

    pub fn open(self: &Arc<Self>, user: UserId) -> Page {
        locked(&self.pages).on_opened(user);
        Page { presence: self.clone(), user }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        locked(&self.presence.pages).on_closed(self.user, Instant::now());
        self.presence.changed.notify_one();
    }
}

/// Tells the engine, for ever.
pub async fn watch(desk: Arc<Desk>) {
    loop {
        // Asked for and told without a pause between: whoever opens a page after that is heard by the engine after that.
        while let Some(user) = gone(&desk.presence) {
            // Whoever was deleted meanwhile is refused, and nobody is on a stopping daemon.
            let _ = desk.handle.command(What::Agent(Command { user, wish: Wish::PageGone }), None).await;
        }
        let next = locked(&desk.presence.pages).poll_timeout();
        let due = async {
            match next {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = desk.presence.changed.notified() => {}
        }
    }
}

fn gone(presence: &Presence) -> Option<UserId> {
    locked(&presence.pages).poll_gone(Instant::now())
}

/// The decision.
#[derive(Debug, Default)]
struct Pages {
    open: BTreeMap<UserId, usize>,
    /// Without one, and told of at this moment.
    leaving: BTreeMap<UserId, Instant>,
}

impl Pages {
    fn new(expected: impl IntoIterator<Item = UserId>, now: Instant) -> Pages {
        let leaving = expected.into_iter().map(|user| (user, now + RETURN_LIMIT)).collect();
        Pages { open: BTreeMap::new(), leaving }
    }

    fn on_opened(&mut self, user: UserId) {
        *self.open.entry(user).or_default() += 1;
        self.leaving.remove(&user);
    }

    fn on_closed(&mut self, user: UserId, now: Instant) {
        let left = self.open.get(&user).map_or(0, |open| open - 1);
        if left > 0 {
            self.open.insert(user, left);
        } else if self.open.remove(&user).is_some() {
            self.leaving.insert(user, now + LEFT_LIMIT);
        }
    }

    /// One who has been away for too long; told once.
    fn poll_gone(&mut self, now: Instant) -> Option<UserId> {
        let user = *self.leaving.iter().find(|(_, at)| **at <= now)?.0;
        self.leaving.remove(&user);
        Some(user)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.leaving.values().min().copied()
    }
}

/// A reload takes less, and so does a page that looks for the daemon every three seconds.
const LEFT_LIMIT: Duration = Duration::from_secs(15);
/// Every page of the office comes back at once after a start.
const RETURN_LIMIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: UserId = UserId(7);
    const BIA: UserId = UserId(8);

    /// Who is told of, in order, till then.
    fn told(pages: &mut Pages, till: Instant) -> Vec<UserId> {
        std::iter::from_fn(|| pages.poll_gone(till)).collect()
    }

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn who_closes_the_last_page_is_gone_after_fifteen_seconds_and_told_once() {
        let (mut pages, start) = (Pages::default(), Instant::now());
        pages.on_opened(ANA);
        pages.on_opened(ANA);
        pages.on_closed(ANA, start);
        assert_eq!((told(&mut pages, start + s(60)), pages.poll_timeout()), (vec![], None), "another tab is open");
        pages.on_closed(ANA, start + s(60));
        assert_eq!(told(&mut pages, start + s(74)), []);
        assert_eq!(pages.poll_timeout(), Some(start + s(75)));
        assert_eq!(told(&mut pages, start + s(75)), [ANA]);
        assert_eq!(told(&mut pages, start + s(999)), []);
        pages.on_opened(ANA);
        pages.on_closed(ANA, start + s(999));
        assert_eq!(told(&mut pages, start + s(1_014)), [ANA], "and again the next time");
    }

    #[test]
    fn a_reload_is_no_absence() {
        let (mut pages, start) = (Pages::default(), Instant::now());
        pages.on_opened(ANA);
        pages.on_closed(ANA, start);
        pages.on_opened(ANA);
        assert_eq!((told(&mut pages, start + s(60)), pages.poll_timeout()), (vec![], None));
    }

    #[test]
    fn after_a_start_whoever_had_a_session_has_half_a_minute_to_come_back() {
        let start = Instant::now();
        let mut pages = Pages::new([ANA, BIA], start);
        pages.on_opened(BIA);
        assert_eq!(told(&mut pages, start + s(29)), []);
        assert_eq!(told(&mut pages, start + s(30)), [ANA]);
        assert_eq!(told(&mut pages, start + s(99)), []);
    }
}
