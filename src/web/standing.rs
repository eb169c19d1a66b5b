//! What stands in the way of work right now, and what has been counted since the start: fed by every delta, read by whoever
//! watches over the installation (SP-12).

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::news::{Alert, HangupKind, News, Party};

use super::desk::locked;

#[derive(Debug, Default)]
pub struct Standing {
    draining: AtomicBool,
    seen: Mutex<Seen>,
}

/// As the alerts told it last.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// Why the store fails.
    pub store: Option<String>,
    /// Why nothing can be recorded.
    pub recordings: Option<String>,
    pub ended: BTreeMap<(HangupKind, By), u64>,
}

/// [`Party`] in an order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum By {
    Us,
    Peer,
    Network,
}

impl Standing {
    /// No new calls from now on.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    pub fn seen(&self) -> Seen {
        locked(&self.seen).clone()
    }

    pub fn on_news(&self, news: &News) {
        let mut seen = locked(&self.seen);
        match news {
            News::Alert(Alert::StoreFailing { why }) => seen.store = Some(why.clone()),
            News::Alert(Alert::StoreWorks) => seen.store = None,
            News::Alert(Alert::NoRecordings { why }) => seen.recordings = Some(why.clone()),
            News::Alert(Alert::RecordingsWork) => seen.recordings = None,
            News::CallEnded(call) => {
                let cause = call.cause.as_ref().map(|cause| (cause.kind, By::from(cause.by)));
                *seen.ended.entry(cause.unwrap_or((HangupKind::Other, By::Us))).or_default() += 1;
            }
            News::Alert(_) | News::Call(_) | News::Account(_) | News::AccountGone(_) | News::Group(_) => {}
            News::Watched(_) | News::Message(_) | News::Staff(_) | News::Totals(_) => {}
            News::Digit { .. } | News::Quality { .. } => {}
        }
    }
}

impl From<Party> for By {
    fn from(party: Party) -> By {
        match party {
            Party::Us => By::Us,
            Party::Peer => By::Peer,
            Party::Network => By::Network,
        }
    }
}

impl By {
    pub fn word(self) -> &'static str {
        match self {
            By::Us => "us",
            By::Peer => "peer",
            By::Network => "network",
        }
    }
}
