//! What a customer does when called, as data.

use std::time::Duration;

use engine::config::SoundName;

/// Someone behind a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Customer {
    /// From the INVITE until `then`; zero: at once, without a 180.
    pub ring: Duration,
    /// What the caller hears meanwhile: 183 with sound in the place of 180.
    pub early: Option<SoundName>,
    pub then: Behaviour,
}

/// What a customer does after ringing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Behaviour {
    /// Picks up; hangs up after `talk`, where there is one.
    Answer { voice: Voice, talk: Option<Duration> },
    /// Rings on until the caller gives up.
    RingOut,
    /// This final answer, 400 to 699.
    Refuse(u16),
    /// 302 to these numbers, at once: it does not ring first.
    Redirect(Vec<String>),
    /// 100 and nothing more.
    Silent,
}

/// What the caller hears of a customer who picked up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Voice {
    /// Itself.
    Echo,
    /// This sound, over and over.
    Loop(SoundName),
    /// These sounds, one after the other, then silence.
    Sounds(Vec<SoundName>),
    /// Nothing; digits are read into the log, and sent back after each `#`.
    ReadDigits,
    /// These digits.
    SendDigits(String),
}

/// A customer who calls in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// Shown to who is called.
    pub number: String,
    pub name: Option<String>,
    /// How long it lets ring before it gives up.
    pub patience: Duration,
    pub voice: Voice,
    /// Hangs up after this long.
    pub talk: Option<Duration>,
}

impl Customer {
    /// Picks up after `ring`.
    pub fn answering(ring: Duration, voice: Voice) -> Customer {
        Customer { ring, early: None, then: Behaviour::Answer { voice, talk: None } }
    }

    /// Refuses at once.
    pub fn refusing(status: u16) -> Customer {
        Customer { ring: Duration::ZERO, early: None, then: Behaviour::Refuse(status) }
    }

    /// An answering machine: greeting and beep.
    pub fn machine(ring: Duration, greeting: &str) -> Customer {
        Customer::answering(ring, Voice::Sounds(vec![greeting.into(), "beep".into()]))
    }

    /// The same, hanging up `talk` after picking up.
    #[must_use]
    pub fn hanging_up_after(mut self, talk: Duration) -> Customer {
        if let Behaviour::Answer { talk: limit, .. } = &mut self.then {
            *limit = Some(talk);
        }
        self
    }
}
