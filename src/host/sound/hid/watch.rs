//! The thread that waits for presses.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Instant;

use media::time::Moment;

use super::panel::Panel;
use super::{Buttons, Hidraw, Lamps, Press, Wanted, find};

/// A headset's buttons, watched until this is dropped.
#[derive(Debug)]
pub struct Watch {
    lamps: Sender<Lamps>,
}

impl Watch {
    /// Looks for them from now on. `pressed` is called on the thread, and must not wait.
    pub fn start(wanted: Wanted, pressed: impl Fn(Press) + Send + 'static) -> io::Result<Watch> {
        let (lamps, orders) = channel();
        let run = move || {
            let (mut panel, begin) = (Panel::new(|| open(&wanted)), Instant::now());
            let mut wish = Lamps::default();
            loop {
                let now = Moment(0) + begin.elapsed();
                panel.tick(now, wish).into_iter().for_each(&pressed);
                match orders.recv_timeout(panel.patience()) {
                    Ok(lamps) => wish = lamps,
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            // Nobody is left to say when they go out.
            panel.tick(Moment(0) + begin.elapsed(), Lamps::default());
        };
        thread::Builder::new().name("buttons".into()).spawn(run)?;
        Ok(Watch { lamps })
    }

    /// Lights these and no others, as soon as there are any.
    pub fn light(&self, lamps: Lamps) {
        // Refused only by a thread that has panicked: the calls live on without lamps.
        let _ = self.lamps.send(lamps);
    }
}

fn open(wanted: &Wanted) -> Option<Box<dyn Buttons>> {
    let paths = match wanted {
        Wanted::None => Vec::new(),
        Wanted::Any => find(),
        Wanted::Named(path) => vec![path.clone()],
    };
    let opened = paths.iter().find_map(|path| Some((path, Hidraw::open(path).ok()?)));
    let (path, buttons) = opened?;
    tracing::info!(path = %path.display(), "the headset's buttons are used");
    Some(Box::new(buttons))
}
