//! What is over but still asked for: ended calls, and whether the store works.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::pending;
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::id::CallId;
use engine::news::{Alert, CallView, News};
use tokio::sync::broadcast::error::RecvError;

use crate::driver::Handle;

/// Fed by every delta.
#[derive(Debug, Default)]
pub(super) struct Observer(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    ended: VecDeque<CallView>,
    /// Why it fails.
    store_failing: Option<String>,
}

impl Observer {
    /// The last ended calls, oldest first.
    pub fn ended(&self) -> Vec<CallView> {
        self.seen().ended.iter().cloned().collect()
    }

    /// Why the store fails, while it does.
    pub fn store_failing(&self) -> Option<String> {
        self.seen().store_failing.clone()
    }

    fn on(&self, news: News) {
        let mut seen = self.seen();
        match news {
            News::CallEnded(call) => {
                if seen.ended.len() == ENDED_KEPT {
                    seen.ended.pop_front();
                }
                seen.ended.push_back(call);
            }
            News::Alert(Alert::StoreFailing { why }) => seen.store_failing = Some(why),
            News::Alert(Alert::StoreWorks) => seen.store_failing = None,
            News::Alert(_) | News::Call(_) | News::Account(_) | News::AccountGone(_) | News::Group(_) => {}
            News::Watched(_) | News::Message(_) | News::Staff(_) | News::Totals(_) => {}
            News::Digit { .. } | News::Quality { .. } => {}
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads deltas for `observer`, for ever.
pub(super) async fn watch(observer: std::sync::Arc<Observer>, handle: Handle) -> Infallible {
    let Some(mut deltas) = handle.subscribe().await else { return pending().await };
    loop {
        match deltas.recv().await {
            Ok(delta) => observer.on(delta.news),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return pending().await,
        }
    }
}

/// Whether `call` is among `calls`.
pub(super) fn has(calls: &[CallView], call: CallId) -> bool {
    calls.iter().any(|other| other.call == call)
}

/// Enough to look back at what just happened; the history is in the store.
const ENDED_KEPT: usize = 100;
