//! Who answered, as far as media can hear it (GN-17). What is recognised within the two seconds that a person may wait is no person;
//! whatever is not counts as one, so that abandonment is never made to look smaller by a late guess.
//!
//! Where machines are not for agents, nobody has the call before it is known, or before 1.8 s are over; an agent is looked for
//! meanwhile and held, so that a person waits no longer than without detection. Where agents get machines too, nothing is held back.

use std::time::Duration;

use super::answered::PATIENCE;
use super::attempt::{Attempt, AttemptResult, ResultKind};
use super::order::{By, Order};
use super::record::{Context, Record};
use super::state::{State, Voice};
use super::terms::Detection;
use crate::assign::Work;
use crate::id::{CallId, UserId};
use crate::leg::{Heard, NetworkTone};
use crate::pacing::Event;
use crate::time::Moment;

/// What it means for a lead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Meaning {
    /// A person, or nothing that speaks against one.
    Person,
    /// It can be left a message now, or not yet.
    Machine { records: bool },
    /// Its greeting is over.
    Records,
    /// The network's word.
    NotThere(ResultKind),
}

impl Record {
    pub fn on_heard(&mut self, heard: Heard, cx: &mut Context<'_>) {
        match (std::mem::replace(&mut self.state, State::Queued), meaning(heard)) {
            // What is spoken before the answer is an announcement, or a song.
            (State::Dialling { user, phone, attempt, call: Some(call), since }, Meaning::NotThere(kind)) => {
                self.toned = Some(kind);
                cx.orders.push_back(Order::TakeBack { call });
                self.state = State::Dialling { user, phone, attempt, call: Some(call), since };
            }
            (State::Listening { by, phone, attempt, call, since, answered, until: Some(_) }, meaning) => {
                let rang = rang(since, answered, cx.now.moment);
                match meaning {
                    Meaning::Person | Meaning::Records => {
                        let until = None;
                        self.state = State::Listening { by, phone, attempt, call, since, answered, until };
                        self.serve(cx);
                    }
                    Meaning::Machine { records } => {
                        cx.seen.push(Event::Unanswered(rang));
                        self.machine((phone, attempt), by, call, records, cx);
                    }
                    Meaning::NotThere(kind) => {
                        cx.seen.push(Event::Unanswered(rang));
                        self.not_there((phone, attempt), by, call, kind, cx);
                    }
                }
            }
            (State::Answered { phone, attempt, call, until, .. }, Meaning::Machine { .. }) if self.connects() => {
                self.state = State::Answered { phone, attempt, call, until, voice: Voice::Machine };
            }
            (State::Answered { phone, attempt, call, .. }, Meaning::Machine { records }) => {
                self.machine((phone, attempt), None, call, records, cx);
            }
            (State::Answered { phone, attempt, call, .. }, Meaning::NotThere(kind)) => {
                self.not_there((phone, attempt), None, call, kind, cx);
            }
            (State::Talking { user, phone, attempt, call, since, voice }, Meaning::Machine { .. }) => {
                if self.connects() && voice == Voice::Person {
                    cx.seen.push(Event::Machine);
                }
                // It is not hung up under an agent's hands, who hears whether that is true.
                let voice = if self.connects() { Voice::Machine } else { Voice::Doubtful };
                self.state = State::Talking { user, phone, attempt, call, since, voice };
                self.tell(cx);
            }
            (
                State::Machine { call, message: Some((sound, _)) },
                Meaning::Records | Meaning::Machine { records: true },
            ) => {
                self.leave(call, sound, cx);
            }
            (other, _) => self.state = other,
        }
    }

    /// It was listened long enough.
    pub fn on_heard_enough(&mut self, cx: &mut Context<'_>) {
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Listening { by, phone, attempt, call, since, answered, .. } => {
                self.state = State::Listening { by, phone, attempt, call, since, answered, until: None };
                self.serve(cx);
            }
            State::Machine { call, message: Some((sound, _)) } => self.leave(call, sound, cx),
            other => self.state = other,
        }
    }

    /// Whoever was found for it has it, or else whoever is found.
    fn serve(&mut self, cx: &mut Context<'_>) {
        let lead = self.id();
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Listening { by: Some(By::Holder(user)), phone, attempt, call, since, answered, until } => {
                cx.orders.push_back(Order::Seat { lead, call, user });
                let by = Some(By::Holder(user));
                self.state = State::Listening { by, phone, attempt, call, since, answered, until };
            }
            State::Listening { by, phone, attempt, call, since, answered, .. } => {
                cx.seen.push(Event::Answered(rang(since, answered, cx.now.moment)));
                let until = answered + PATIENCE;
                self.state = State::Answered { phone, attempt, call, until, voice: Voice::Person };
                if let Some(By::Lease(lease)) = by {
                    cx.orders.push_back(Order::Give { lead, call, lease });
                }
            }
            other => self.state = other,
        }
    }

    fn machine(
        &mut self,
        (phone, attempt): (usize, Attempt),
        by: Option<By>,
        call: CallId,
        records: bool,
        cx: &mut Context<'_>,
    ) {
        let message = match &self.detection {
            Detection::Message { sound: Some(sound), beep_s } => {
                let longest = Duration::from_secs(u64::from(*beep_s)) + MEDIA_FIRST;
                Some((sound.clone(), cx.now.moment + longest))
            }
            Detection::Message { sound: None, .. } | Detection::HangUp | Detection::Connect | Detection::Off => None,
        };
        self.no_person((phone, attempt), by, ResultKind::Machine, cx);
        match message {
            Some((sound, _)) if records => self.leave(call, sound, cx),
            Some(message) => self.state = State::Machine { call, message: Some(message) },
            None => self.let_go_of(call, None, cx),
        }
    }

    fn not_there(
        &mut self,
        tried: (usize, Attempt),
        by: Option<By>,
        call: CallId,
        kind: ResultKind,
        cx: &mut Context<'_>,
    ) {
        self.no_person(tried, by, kind, cx);
        self.let_go_of(call, None, cx);
    }

    /// Written at once: what follows is not lost with the daemon.
    fn no_person(
        &mut self,
        (phone, attempt): (usize, Attempt),
        by: Option<By>,
        kind: ResultKind,
        cx: &mut Context<'_>,
    ) {
        self.nobody_wanted(by, cx);
        self.came_of(phone, attempt, AttemptResult::plain(kind), cx);
        self.foresee(cx);
    }

    fn leave(&mut self, call: CallId, sound: crate::config::SoundName, cx: &mut Context<'_>) {
        self.let_go_of(call, Some(sound), cx);
    }

    fn let_go_of(&mut self, call: CallId, message: Option<crate::config::SoundName>, cx: &mut Context<'_>) {
        cx.orders.push_back(Order::LetGo { call, message });
        self.state = State::Machine { call, message: None };
    }

    /// Whoever was found for it, or had it, is free again.
    pub(super) fn nobody_wanted(&mut self, by: Option<By>, cx: &mut Context<'_>) {
        let holder: Option<UserId> = by.and_then(By::holder);
        match holder {
            Some(user) => self.tell_gone(user, cx),
            None => cx.orders.push_back(Order::Withdraw(Work::Answered(self.id()))),
        }
    }

    /// What tones said of a call that we took back for them.
    pub(super) fn as_toned(&mut self, result: AttemptResult) -> AttemptResult {
        match (result.kind, self.toned.take()) {
            (ResultKind::Withdrawn, Some(kind)) => AttemptResult::plain(kind),
            (_, _) => result,
        }
    }

    fn connects(&self) -> bool {
        self.detection == Detection::Connect
    }
}

fn meaning(heard: Heard) -> Meaning {
    match heard {
        Heard::Person | Heard::Nobody | Heard::Tone(NetworkTone::Ringing) => Meaning::Person,
        Heard::Machine => Meaning::Machine { records: false },
        Heard::Beep => Meaning::Machine { records: true },
        Heard::GreetingOver => Meaning::Records,
        Heard::Tone(NetworkTone::Busy) => Meaning::NotThere(ResultKind::Busy),
        Heard::Tone(NetworkTone::Congestion) => Meaning::NotThere(ResultKind::Congestion),
        Heard::Tone(NetworkTone::NoSuchNumber) => Meaning::NotThere(ResultKind::NumberUnknown),
        // It may say anything; the number is not held to be dead for it.
        Heard::Tone(NetworkTone::Announcement) => Meaning::NotThere(ResultKind::Failed),
    }
}

/// Since when it rang, for who counts from there to now: as if it had been answered now.
pub(super) fn rang(since: Moment, answered: Moment, now: Moment) -> Moment {
    since + now.since(answered)
}

/// Media says first that a greeting took too long; this is for one that is silent.
const MEDIA_FIRST: Duration = Duration::from_secs(3);
