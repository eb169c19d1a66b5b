//! One end of a headset, microphone or loudspeaker: what is wanted, what there is, and what to do about it. Pure.
//!
//! ```text
//!              wanted is there, its pause is over
//!   Away ─────────────────────────────────────────> Open(id)
//!     ^       gone · the stream ended ·               │
//!     └────── the default is another one now ─────────┘
//! ```
//!
//! Nothing is ever given up: a headset that was pulled out is taken again when it comes back. A pause after a failure grows
//! from half a second to eight, and begins anew when the stream has lasted or the system's cards have changed.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    Input,
    Output,
}

/// A card as configured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// The system's default, also when it changes.
    Default,
    /// By id (`pulseaudio:NAME`, `alsa:NAME`), by the id without its system, or by the name that people see.
    Named(String),
}

/// A card that the system has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Offer {
    pub id: String,
    /// For people.
    pub name: String,
}

/// What the system has in one direction.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Look {
    pub offers: Vec<Offer>,
    /// Id of the default.
    pub default: Option<String>,
    /// Why the sound server says nothing.
    pub refused: Option<Absence>,
}

/// Why there is no sound.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Absence {
    /// Not there (any more).
    Gone,
    /// No sound server answers, and there is no card without one.
    NoServer,
    /// The system does not let us.
    Forbidden,
    /// In the system's words.
    Failed(String),
}

/// What to do now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    Keep,
    Open(String),
    Close,
}

/// Where an endpoint stands.
#[derive(Debug)]
pub struct Endpoint {
    wanted: Wanted,
    state: State,
    /// Before the next attempt.
    pause: Duration,
    seen: Vec<Offer>,
}

#[derive(Debug)]
enum State {
    Away { why: Absence, since: Option<Instant> },
    Open { id: String, since: Instant },
}

impl Wanted {
    /// The card meant, where it is.
    pub fn choice<'a>(&self, look: &'a Look) -> Option<&'a str> {
        match self {
            Wanted::Default => look.default.as_deref(),
            Wanted::Named(name) => {
                let is = |offer: &&Offer| {
                    offer.id == *name
                        || offer.name == *name
                        || offer.id.split_once(':').is_some_and(|(_, id)| id == name)
                };
                look.offers.iter().find(is).map(|offer| offer.id.as_str())
            }
        }
    }
}

impl Endpoint {
    pub fn new(wanted: Wanted) -> Endpoint {
        Endpoint { wanted, state: State::Away { why: Absence::Gone, since: None }, pause: SHORTEST, seen: Vec::new() }
    }

    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Id of the card in use, or why there is none.
    pub fn card(&self) -> Result<&str, &Absence> {
        match &self.state {
            State::Open { id, .. } => Ok(id),
            State::Away { why, .. } => Err(why),
        }
    }

    /// The system was looked at.
    pub fn on_look(&mut self, look: Look, now: Instant) -> Step {
        let choice = self.wanted.choice(&look).map(str::to_owned);
        if look.offers != self.seen {
            self.pause = SHORTEST;
            self.seen = look.offers;
        }
        match (&mut self.state, choice) {
            (State::Open { id, .. }, Some(choice)) if *id == choice => Step::Keep,
            (State::Open { .. }, Some(_) | None) => {
                self.state = State::Away { why: look.refused.unwrap_or(Absence::Gone), since: None };
                Step::Close
            }
            (State::Away { since: Some(since), .. }, Some(_)) if now - *since < self.pause => Step::Keep,
            (State::Away { .. }, Some(choice)) => Step::Open(choice),
            (State::Away { why, .. }, None) => {
                *why = look.refused.unwrap_or(Absence::Gone);
                Step::Keep
            }
        }
    }

    pub fn on_opened(&mut self, id: String, now: Instant) {
        self.state = State::Open { id, since: now };
    }

    /// It could not be opened, or its stream ended.
    pub fn on_end(&mut self, why: Absence, now: Instant) {
        let lasted = matches!(self.state, State::Open { since, .. } if now - since >= LONGEST);
        self.pause = if lasted { SHORTEST } else { (self.pause * 2).min(LONGEST) };
        self.state = State::Away { why, since: Some(now) };
    }
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Wanted::Default => f.write_str("default"),
            Wanted::Named(name) => f.write_str(name),
        }
    }
}

impl std::fmt::Display for Absence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Absence::Gone => f.write_str("not there; it is used again when it comes back"),
            Absence::NoServer => f.write_str("no sound server answers"),
            Absence::Forbidden => f.write_str("the system does not permit its use"),
            Absence::Failed(why) => f.write_str(why),
        }
    }
}

const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);

#[cfg(test)]
mod tests {
    use super::*;

    fn look(ids: &[&str], default: &str) -> Look {
        let offers = ids.iter().map(|id| Offer { id: format!("pulseaudio:{id}"), name: format!("The {id}") }).collect();
        Look { offers, default: Some(format!("pulseaudio:{default}")), refused: None }
    }

    fn open(endpoint: &mut Endpoint, look: Look, now: Instant) -> String {
        let Step::Open(id) = endpoint.on_look(look, now) else { panic!("not opened: {endpoint:?}") };
        endpoint.on_opened(id.clone(), now);
        id
    }

    #[test]
    fn sp_05_the_default_is_followed_when_it_changes() {
        let (mut endpoint, now) = (Endpoint::new(Wanted::Default), Instant::now());
        assert_eq!(open(&mut endpoint, look(&["a", "b"], "a"), now), "pulseaudio:a");
        assert_eq!(endpoint.on_look(look(&["a", "b"], "a"), now), Step::Keep);
        assert_eq!(endpoint.on_look(look(&["a", "b"], "b"), now), Step::Close);
        assert_eq!(open(&mut endpoint, look(&["a", "b"], "b"), now), "pulseaudio:b");
    }

    #[test]
    fn sp_05_a_named_card_is_waited_for_and_taken_again() {
        for name in ["pulseaudio:usb", "usb", "The usb"] {
            let (mut endpoint, now) = (Endpoint::new(Wanted::Named(name.into())), Instant::now());
            open(&mut endpoint, look(&["a", "usb"], "a"), now);
            assert_eq!(endpoint.on_look(look(&["a"], "a"), now), Step::Close, "not moved to another card");
            assert_eq!(endpoint.on_look(look(&["a"], "a"), now), Step::Keep);
            assert_eq!(endpoint.card(), Err(&Absence::Gone));
            open(&mut endpoint, look(&["a", "usb"], "a"), now);
        }
    }

    #[test]
    fn a_card_that_fails_again_and_again_is_tried_less_and_less_often() {
        let (mut endpoint, mut now) = (Endpoint::new(Wanted::Default), Instant::now());
        let begin = now;
        let mut attempts = 0;
        while now < begin + Duration::from_secs(60) {
            if let Step::Open(_) = endpoint.on_look(look(&["a"], "a"), now) {
                attempts += 1;
                endpoint.on_end(Absence::Failed("busy".into()), now);
            }
            now += SHORTEST;
        }
        assert!((8..=12).contains(&attempts), "{attempts} attempts in a minute");
        let Step::Open(_) = endpoint.on_look(look(&["a", "new"], "a"), now) else { panic!("something has changed") };
    }

    #[test]
    fn sp_05_a_server_that_restarts_costs_no_pause_that_grew() {
        let (mut endpoint, now) = (Endpoint::new(Wanted::Default), Instant::now());
        open(&mut endpoint, look(&["a"], "a"), now);
        let later = now + Duration::from_secs(3_600);
        endpoint.on_end(Absence::Gone, later);
        let gone = Look { refused: Some(Absence::NoServer), ..Look::default() };
        assert_eq!(endpoint.on_look(gone, later), Step::Keep);
        assert_eq!(endpoint.card(), Err(&Absence::NoServer));
        open(&mut endpoint, look(&["a"], "a"), later + SHORTEST);
    }
}
