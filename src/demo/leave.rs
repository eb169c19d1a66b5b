//! The ways out of the demo: Ctrl-C at any time, and a limit to the guided call.
//!
//! Either ends the daemon, which ends whatever the tour is waiting for.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::stage::Daemon;

/// Waits for a way out on a thread of its own.
#[derive(Debug)]
pub struct Leave {
    tour: Option<oneshot::Sender<()>>,
    left: Receiver<Why>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// Ctrl-C or SIGTERM.
    Asked,
    /// The guided call took longer than [`LONGEST_TOUR`].
    Late,
}

impl Leave {
    pub fn watch(daemon: Arc<Daemon>) -> io::Result<Leave> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (mut interrupted, mut terminated) = {
            let _inside = runtime.enter();
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
        };
        let (tour, tour_over) = oneshot::channel();
        let (tell, left) = channel();
        thread::Builder::new().name("demo-leave".to_owned()).spawn(move || {
            let why = runtime.block_on(async {
                let asked = async {
                    tokio::select! {
                        _ = interrupted.recv() => {}
                        _ = terminated.recv() => {}
                    }
                };
                tokio::pin!(asked);
                tokio::select! {
                    () = &mut asked => return Why::Asked,
                    () = tokio::time::sleep(LONGEST_TOUR) => return Why::Late,
                    _ = tour_over => {}
                }
                asked.await;
                Why::Asked
            });
            // Told first: whoever the daemon's end wakes finds the reason.
            let _shown = tell.send(why);
            daemon.end();
        })?;
        Ok(Leave { tour: Some(tour), left })
    }

    /// The limit counts no more; gives why the tour ended, when it did not end by itself.
    pub fn tour_is_over(&self) -> Option<Why> {
        self.left.try_recv().ok()
    }

    /// From now on there is no limit.
    #[must_use]
    pub fn stay(mut self) -> Leave {
        if let Some(tour) = self.tour.take() {
            // The thread may have left already.
            let _left = tour.send(());
        }
        self
    }

    /// Until somebody wants to leave.
    pub fn wait(self) {
        let _why = self.left.recv();
    }
}

/// The guided call takes some ten seconds; on a busy machine a few more.
pub const LONGEST_TOUR: Duration = Duration::from_secs(90);
