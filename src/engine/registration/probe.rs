//! Whether a group's registrar is alive: one OPTIONS for all its extensions (SP-03).

use std::time::Duration;

use crate::time::Moment;

/// ```text
///             any answer             idle for `probe_every`
///   Down ──────────────────▶ Up ─────────────────────────▶ Asked
///   ▲  │ ask every 2 s       ▲                               │ 2 s unanswered: ask again
///   │  └─▶ Down              └──── any answer ◀──── AskedAgain ◀┘
///   │                                                   │
///   └── 2 s unanswered, or the connection lost anywhere ┘
///
///   Unprobed: the administrator switched probing off; taken as up for ever.
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Health {
    Down,
    Up,
    Asked,
    AskedAgain,
    Unprobed,
}

/// What a due timer asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tick {
    Ask,
    /// The second question in a row stayed unanswered; and ask on.
    LoseAndAsk,
    /// There was life meanwhile: nothing to do until then.
    Rest(Moment),
    Nothing,
}

/// A probe is unanswered after this long, and repeated as often while the registrar is down (SP-03).
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// The probe of one group.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    health: Health,
    /// The last sign of life.
    heard: Moment,
    /// Number and time of the last question.
    asked: (u64, Moment),
    round_trip: Option<Duration>,
}

impl Probe {
    /// A group begins down: nothing registers before the first answer.
    pub fn new(probing: bool) -> Probe {
        let health = if probing { Health::Down } else { Health::Unprobed };
        Probe { health, heard: Moment::ZERO, asked: (0, Moment::ZERO), round_trip: None }
    }

    pub fn is_up(&self) -> bool {
        match self.health {
            Health::Up | Health::Asked | Health::AskedAgain | Health::Unprobed => true,
            Health::Down => false,
        }
    }

    /// Whether questions are asked at all.
    pub fn is_probing(&self) -> bool {
        self.health != Health::Unprobed
    }

    /// Whether questions were asked and nothing ever came back.
    pub fn never_answered(&self) -> bool {
        self.asked.0 > 0 && self.heard == Moment::ZERO
    }

    /// Whether `number` is the last question asked.
    pub fn is_last(&self, number: u64) -> bool {
        number == self.asked.0
    }

    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// The timer is due; `every` is the idle time between probes.
    pub fn on_timer(&mut self, every: Duration, now: Moment) -> Tick {
        let (health, tick) = match self.health {
            Health::Down => (Health::Down, Tick::Ask),
            Health::Up if self.heard + every > now => (Health::Up, Tick::Rest(self.heard + every)),
            Health::Up => (Health::Asked, Tick::Ask),
            Health::Asked => (Health::AskedAgain, Tick::Ask),
            Health::AskedAgain => (Health::Down, Tick::LoseAndAsk),
            Health::Unprobed => (Health::Unprobed, Tick::Nothing),
        };
        self.health = health;
        tick
    }

    /// A question goes out; its number comes back with the answer.
    pub fn ask(&mut self, now: Moment) -> u64 {
        self.asked = (self.asked.0 + 1, now);
        self.asked.0
    }

    /// Something was answered: the probe of this number, or other traffic. True when that ends being down.
    pub fn on_answer(&mut self, number: Option<u64>, now: Moment) -> bool {
        self.heard = now;
        if number == Some(self.asked.0) {
            self.round_trip = Some(now.since(self.asked.1));
        }
        let (health, came_up) = match self.health {
            Health::Down => (Health::Up, true),
            Health::Up | Health::Asked | Health::AskedAgain => (Health::Up, false),
            Health::Unprobed => (Health::Unprobed, false),
        };
        self.health = health;
        came_up
    }

    /// The connection is gone. Unprobed groups have no other way to notice a restart, and stay up.
    pub fn on_lost(&mut self) {
        self.health = match self.health {
            Health::Down | Health::Up | Health::Asked | Health::AskedAgain => Health::Down,
            Health::Unprobed => Health::Unprobed,
        };
    }

    /// Something went wrong on the way: true when it is time to ask at once rather than after the idle time.
    pub fn doubt(&mut self) -> bool {
        match self.health {
            Health::Up => {
                self.health = Health::Asked;
                true
            }
            Health::Down | Health::Asked | Health::AskedAgain | Health::Unprobed => false,
        }
    }
}
