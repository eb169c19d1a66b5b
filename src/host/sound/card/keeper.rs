//! The thread that keeps one endpoint open: looks at the system twice a second, opens, closes, hands the rings to the mixer.
//!
//! One thread for each endpoint: a microphone that hangs in the sound server stops no loudspeaker.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::endpoint::{Absence, Direction, Endpoint, Step, Wanted};
use super::mixer::Command;
use super::ring::{Loudspeaker, Microphone, pair};
use super::standing::{Place, Standing};
use super::system::{Running, System};

/// Which of a headset's ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Microphone,
    Loudspeaker,
    Ringer,
}

/// One endpoint with its stream.
pub struct Keeper<S> {
    role: Role,
    endpoint: Endpoint,
    system: S,
    stream: Option<Box<dyn Running>>,
    ends: (Sender<Absence>, Receiver<Absence>),
    standing: Arc<Standing>,
    mixer: Sender<Command>,
}

impl<S: System + 'static> Keeper<S> {
    /// Until the mixer is gone. `system` is made on the new thread: its streams belong there.
    pub fn start(
        role: Role,
        wanted: Wanted,
        system: fn() -> S,
        standing: Arc<Standing>,
        mixer: Sender<Command>,
    ) -> std::io::Result<()> {
        let run = move || {
            let endpoint = Endpoint::new(wanted);
            Keeper { role, endpoint, system: system(), stream: None, ends: channel(), standing, mixer }.run();
        };
        thread::Builder::new().name(format!("{role:?}").to_lowercase()).spawn(run).map(drop)
    }

    fn run(mut self) {
        while self.mixer.send(Command::StillThere).is_ok() {
            self.look(Instant::now());
            match self.ends.1.recv_timeout(LOOK_EVERY) {
                Ok(why) => self.end(why, Instant::now()),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
        }
    }

    fn look(&mut self, now: Instant) {
        let look = self.system.look(self.direction(), self.endpoint.wanted());
        match self.endpoint.on_look(look, now) {
            Step::Keep => {}
            Step::Close => self.close(),
            Step::Open(id) => self.open(id, now),
        }
        self.place().set(self.endpoint.card());
    }

    fn open(&mut self, id: String, now: Instant) {
        let (producer, consumer) = pair();
        let ends = self.ends.0.clone();
        let (stream, command) = match self.role {
            Role::Microphone => {
                (self.system.capture(&id, producer, ends), Command::Microphone(Microphone::new(consumer)))
            }
            Role::Loudspeaker => {
                (self.system.play(&id, consumer, ends), Command::Loudspeaker(Loudspeaker::new(producer)))
            }
            Role::Ringer => (self.system.play(&id, consumer, ends), Command::Ringer(Loudspeaker::new(producer))),
        };
        match stream {
            Ok(stream) => {
                tracing::info!(role = ?self.role, card = %id, "sound card opened");
                self.stream = Some(stream);
                self.endpoint.on_opened(id, now);
                // Refused only by a mixer that is gone, with which we go too.
                let _ = self.mixer.send(command);
            }
            Err(why) => self.end(why, now),
        }
    }

    fn end(&mut self, why: Absence, now: Instant) {
        tracing::warn!(role = ?self.role, wanted = %self.endpoint.wanted(), %why, "no sound");
        self.endpoint.on_end(why, now);
        self.close();
        self.place().set(self.endpoint.card());
    }

    /// What the old stream still has to say is about the old stream.
    fn close(&mut self) {
        self.stream = None;
        self.ends = channel();
    }

    fn place(&self) -> &Place {
        match self.role {
            Role::Microphone => &self.standing.microphone,
            Role::Loudspeaker => &self.standing.loudspeaker,
            Role::Ringer => &self.standing.ringer,
        }
    }

    fn direction(&self) -> Direction {
        match self.role {
            Role::Microphone => Direction::Input,
            Role::Loudspeaker | Role::Ringer => Direction::Output,
        }
    }
}

/// How soon a new default or a headset that was plugged in is noticed.
const LOOK_EVERY: Duration = Duration::from_millis(500);
