//! One leg of a call through the exchange: a session, a port, and the part it plays.

use std::collections::VecDeque;
use std::time::Duration;

use engine::config::SoundName;
use engine::id::LegId;
use engine::leg::{Feed, LegMedia, LegState, OutDigit, RtpMedia, Stream};
use engine::sip::session::Session;

use super::ports::Port;
use crate::exchange::customer::{Customer, Voice};
use crate::exchange::log::{AttemptId, Log, Side};

/// One leg.
#[derive(Debug)]
pub(super) struct Leg {
    pub session: Session,
    /// Given back when the part is over.
    pub port: Port,
    pub ssrc: u32,
    pub stream: Option<Stream>,
    pub attempt: AttemptId,
    /// Who is at the far end.
    pub far: Side,
    pub part: Part,
    pub digits: VecDeque<OutDigit>,
    next_digit: u32,
    /// What media was last told.
    said: Option<LegState>,
}

/// What a leg is there for.
///
/// ```text
///   a customer is called   Ringing ──picks up──> Talking ─┐
///   a customer calls       Calling ──2xx──────────^       ├──> Over
///   two extensions         Half ──────────────────────────┘
/// ```
#[derive(Debug)]
pub(super) enum Part {
    Ringing(Customer),
    Calling {
        voice: Voice,
        talk: Option<Duration>,
    },
    /// `turn` counts what the voice has played, `read` is what it was told since the last `#`.
    Talking {
        voice: Voice,
        turn: usize,
        read: String,
    },
    /// Joined to the other extension's leg.
    Half {
        other: LegId,
    },
    Over,
}

impl Leg {
    pub fn new(session: Session, port: Port, ssrc: u32, (attempt, far): (AttemptId, Side), part: Part) -> Leg {
        let digits = VecDeque::new();
        Leg { session, port, ssrc, stream: None, attempt, far, part, digits, next_digit: 1, said: None }
    }

    /// What media shall do, when it is not what was said last.
    pub fn change(&mut self, id: LegId) -> Option<LegState> {
        let media = self.media(id);
        let generation = match &self.said {
            Some(said) if said.media == media => return None,
            Some(said) => said.generation + 1,
            None if media.is_none() => return None,
            None => 1,
        };
        let state = LegState { leg: id, generation, media };
        self.said = Some(state.clone());
        Some(state)
    }

    /// Whether news are about what was said last.
    pub fn is_current(&self, generation: u32) -> bool {
        self.said.as_ref().is_some_and(|said| said.generation == generation)
    }

    /// Sends digits over the stream; in the audio where the far end knows no events.
    pub fn send_digits(&mut self, digits: &str) {
        let inband = self.stream.as_ref().is_some_and(|stream| stream.telephone_event.is_none());
        for digit in digits.chars().take(MOST_DIGITS.saturating_sub(self.digits.len())) {
            self.digits.push_back(OutDigit { number: self.next_digit, digit, duration_ms: DIGIT_MS, inband });
            self.next_digit += 1;
        }
    }

    /// A digit of the far end, for a customer who listens.
    pub fn hear(&mut self, digit: char, log: &mut Log) {
        let Part::Talking { voice, read, .. } = &mut self.part else { return };
        log.digit(self.attempt, digit);
        if *voice != Voice::ReadDigits {
            return;
        }
        read.push(digit);
        if digit == '#' || read.len() >= MOST_DIGITS {
            let read = std::mem::take(read);
            self.send_digits(&read);
        }
    }

    fn media(&self, id: LegId) -> Option<LegMedia> {
        let feed = match &self.part {
            Part::Ringing(Customer { early: Some(sound), .. }) => looped(sound),
            Part::Ringing(_) => Feed::Nothing,
            Part::Calling { .. } => Feed::Silence,
            Part::Talking { voice, turn, .. } => feed(voice, *turn, id),
            Part::Half { other } => Feed::Peer(*other),
            Part::Over => return None,
        };
        Some(LegMedia::Rtp(RtpMedia {
            port: self.port.id,
            ssrc: self.ssrc,
            stream: self.stream.clone(),
            feed,
            receive: true,
            nat: false,
            digits: self.digits.iter().copied().collect(),
            record: None,
            listen: None,
        }))
    }
}

fn feed(voice: &Voice, turn: usize, own: LegId) -> Feed {
    match voice {
        Voice::Echo => Feed::Peer(own),
        Voice::Loop(sound) => looped(sound),
        Voice::Sounds(sounds) => match sounds.get(turn) {
            Some(sound) => Feed::Sound { name: sound.clone(), repeat: false },
            None => Feed::Silence,
        },
        Voice::ReadDigits | Voice::SendDigits(_) => Feed::Silence,
    }
}

fn looped(sound: &SoundName) -> Feed {
    Feed::Sound { name: sound.clone(), repeat: true }
}

/// Longer than any detector's least (RFC 4733 leaves it open, Q.24 wants 40 ms).
const DIGIT_MS: u16 = 120;
/// Waiting to be sent, and read before they are sent back.
const MOST_DIGITS: usize = 64;
