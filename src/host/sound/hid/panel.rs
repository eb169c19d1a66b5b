//! A headset's buttons over time: looked for, lost, found again, and lit as they shall be. No clock: time comes in.

use std::time::Duration;

use media::time::Moment;

use super::{Buttons, Lamps, Press};

/// Buttons that may be there or not. `F` looks for them.
pub struct Panel<F> {
    find: F,
    state: State,
}

enum State {
    /// Not there; looked for at this moment.
    Away { look: Moment },
    /// There, and lit so; `None` when nothing was said to it yet.
    Here { buttons: Box<dyn Buttons>, lit: Option<Lamps> },
}

impl<F: FnMut() -> Option<Box<dyn Buttons>>> Panel<F> {
    pub fn new(find: F) -> Panel<F> {
        Panel { find, state: State::Away { look: Moment(0) } }
    }

    /// Lights `lamps`, and gives what was pressed since the last time. A device that fails is gone: it is looked for again.
    pub fn tick(&mut self, now: Moment, lamps: Lamps) -> Vec<Press> {
        if let State::Away { look } = &self.state {
            if now < *look {
                return Vec::new();
            }
            self.state = match (self.find)() {
                Some(buttons) => State::Here { buttons, lit: None },
                None => State::Away { look: now + LOOK },
            };
        }
        let State::Here { buttons, lit } = &mut self.state else { return Vec::new() };
        let is_new = lit.replace(lamps) != Some(lamps);
        let lighted = if is_new { buttons.light(lamps) } else { Ok(()) };
        match lighted.and_then(|()| buttons.poll()) {
            Ok(presses) => presses,
            Err(why) => {
                tracing::info!(%why, "the headset's buttons are gone; they are looked for");
                self.state = State::Away { look: now + LOOK };
                Vec::new()
            }
        }
    }

    /// When to come back at the latest.
    pub fn patience(&self) -> Duration {
        match self.state {
            State::Away { .. } => LOOK,
            State::Here { .. } => POLL,
        }
    }
}

/// Who plugs a headset in waits so long for its buttons.
const LOOK: Duration = Duration::from_secs(1);
/// A press is felt to work at once when it does within a tenth of a second.
const POLL: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What a headset was told, and what is pressed on it.
    #[derive(Default)]
    struct Desk {
        plugged_in: bool,
        pressed: Vec<Press>,
        lit: Vec<Lamps>,
    }

    struct Fake(Arc<Mutex<Desk>>);

    impl Buttons for Fake {
        fn poll(&mut self) -> io::Result<Vec<Press>> {
            let mut desk = self.0.lock().unwrap();
            if desk.plugged_in { Ok(std::mem::take(&mut desk.pressed)) } else { Err(io::ErrorKind::BrokenPipe.into()) }
        }

        fn light(&mut self, lamps: Lamps) -> io::Result<()> {
            self.0.lock().unwrap().lit.push(lamps);
            Ok(())
        }
    }

    #[test]
    fn sp_05_buttons_are_found_lost_and_found_again_and_lit_when_it_changes() {
        let desk = Arc::new(Mutex::new(Desk::default()));
        let plugged = desk.clone();
        let mut panel = Panel::new(move || {
            let buttons: Box<dyn Buttons> = Box::new(Fake(plugged.clone()));
            plugged.lock().unwrap().plugged_in.then_some(buttons)
        });
        let (at, ring) = (|ms| Moment(0) + Duration::from_millis(ms), Lamps { ring: true, ..Lamps::default() });
        assert_eq!((panel.tick(at(0), ring), panel.patience()), (vec![], LOOK));
        desk.lock().unwrap().plugged_in = true;
        assert_eq!(panel.tick(at(999), ring), [], "not looked for all the time");
        desk.lock().unwrap().pressed = vec![Press::Hook(true)];
        assert_eq!((panel.tick(at(1_000), ring), panel.patience()), (vec![Press::Hook(true)], POLL));
        panel.tick(at(1_020), ring);
        panel.tick(at(1_040), Lamps::default());
        assert_eq!(desk.lock().unwrap().lit, [ring, Lamps::default()], "each once");
        desk.lock().unwrap().plugged_in = false;
        assert_eq!(panel.tick(at(1_060), ring), []);
        desk.lock().unwrap().plugged_in = true;
        panel.tick(at(2_060), ring);
        assert_eq!(desk.lock().unwrap().lit.len(), 4, "a headset that is back is told what to light");
    }
}
