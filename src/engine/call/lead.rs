//! Calls to leads: over a campaign's route, at the device of whoever has the record, or for whoever is free when it answers.

use std::sync::Arc;
use std::time::Duration;

use crate::border::Refusal;
use crate::config::{Account, SoundName};
use crate::gate::{Facts, Purpose};
use crate::id::{AttemptId, CallId, UserId};
use crate::leg::{Heard, Listening, NetworkTone};
use crate::news::{HangupCause, HangupKind};
use crate::number::Number;
use crate::records::Record;

use super::control::wrong;
use super::dial::{Dialling, Matter};
use super::live::{Call, Claim, Phase};
use super::{Calls, Context, Order, Timer};

/// An attempt that the gate allowed.
#[derive(Debug)]
pub struct LeadCall {
    /// What it is dialled over.
    pub account: Arc<Account>,
    /// For whom it is dialled.
    pub seat: Seat,
    pub number: Number,
    /// What the called party sees; none: the route's own.
    pub from: Option<String>,
    pub ring: Duration,
    pub attempt: AttemptId,
    /// How it is found out who answers (GN-17).
    pub listens: Option<Listening>,
    /// What the gate was told of the number.
    pub facts: Facts,
}

/// Why who answered is let go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Farewell {
    /// A person, and nobody was free in time (GN-18).
    Abandoned,
    /// A machine, or a network's tones (GN-17).
    NoPerson,
}

/// Who talks with a lead.
#[derive(Debug)]
pub enum Seat {
    /// The commanding person, at this extension; none: at the one that it is dialled over.
    Of(Option<Arc<Account>>),
    /// Whoever is free when it answers: it is at no desk till then.
    Anybodys,
}

impl Call {
    pub(super) fn is_dismissed(&self) -> bool {
        match self.claim {
            Claim::Claimed | Claim::Unclaimed => false,
            Claim::Dismissed { .. } => true,
        }
    }

    /// What media is to find out of the far end now. Before the answer only tones mean anything: what is spoken there is an
    /// announcement, or a song.
    pub(super) fn listening(&self) -> Option<Listening> {
        match self.phase {
            Phase::Early => {
                self.listens.map(|own| Listening { deadline_ms: LONGEST_RINGING_MS, greeting_ms: None, ..own })
            }
            Phase::Answered => self.listens,
            Phase::Dialling | Phase::Ringing | Phase::Ended { .. } => None,
        }
    }

    /// Whether it can have rung nobody, when this ends it.
    pub(super) fn reached_nobody(&self, cause: &HangupCause) -> bool {
        !self.progressed && self.answered.is_none() && cause.reached_nobody()
    }
}

impl Calls {
    /// Dials a lead. Its answer is the commanding person's, or nobody's yet.
    pub fn dial_lead(&mut self, call: LeadCall, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let LeadCall { account, seat, number, from, ring, attempt, listens, facts } = call;
        let (seat, claim) = match seat {
            Seat::Of(seat) => (seat, Claim::Claimed),
            Seat::Anybodys => (None, Claim::Unclaimed),
        };
        let matter = Matter { attempt: Some(attempt), seat, claim, listens, ..Matter::default() };
        let own = Dialling::new(account, number);
        let dialling = Dialling {
            purpose: Purpose::Campaign,
            matter,
            known: Some(facts),
            ring: Some(ring),
            from: from.unwrap_or_else(|| own.from.clone()),
            ..own
        };
        self.place(dialling, cx).map(|(call, ..)| call)
    }

    /// Whoever answered while nobody was there talks with this person from now on (GN-18).
    pub fn give_lead(
        &mut self,
        id: CallId,
        user: UserId,
        seat: Arc<Account>,
        cx: &mut Context<'_>,
    ) -> Result<(), Refusal> {
        self.needs_phone(&seat)?;
        let call = self.answered(id, "be given to anybody")?;
        if call.claim != Claim::Unclaimed {
            return Err(wrong(id, "it is somebody's, or nobody's any more"));
        }
        (call.seat, call.user, call.claim) = (seat, Some(user), Claim::Claimed);
        self.by_user.entry(user).or_default().push(id);
        self.orders.push_back(Order::Store(Record::CallGiven { call: id, user }));
        self.story(id, "given", "", cx);
        self.begin_recording(id, cx);
        self.reseat(id, cx);
        self.hold_others(id, cx);
        Ok(())
    }

    /// It rang long enough for a call that could not be served; one that was answered meanwhile is somebody's.
    pub fn take_lead_back(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<(), Refusal> {
        let call = self.live(id)?;
        if call.is_answered() {
            return Err(wrong(id, "it is answered"));
        }
        self.finish(id, HangupCause::ours(HangupKind::Cancelled, "taken back: nobody would be free for it"), cx);
        self.touch_if_there(id, cx);
        Ok(())
    }

    /// Nobody of ours comes for whoever answered: they hear who called (GN-18), or what is left to machines (GN-17), and are let go.
    pub fn dismiss_lead(&mut self, id: CallId, sound: Option<SoundName>, why: Farewell, cx: &mut Context<'_>) {
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.is_answered()) else { return };
        match (&call.claim, sound) {
            (Claim::Claimed | Claim::Dismissed { .. }, _) => return,
            (Claim::Unclaimed, Some(notice)) => {
                call.claim = Claim::Dismissed { notice, why };
                self.timers.set(Timer::Dismissal(id), cx.now.moment + LONGEST_NOTICE);
                self.story(id, why.story(), "", cx);
            }
            (Claim::Unclaimed, None) => self.finish(id, why.cause(), cx),
        }
        self.touch(id, cx);
    }

    /// The notice is over, or takes longer than any does.
    pub(super) fn on_dismissal_heard(&mut self, id: CallId, cx: &mut Context<'_>) {
        let why = match self.calls.get(&id).map(|call| &call.claim) {
            Some(Claim::Dismissed { why, .. }) => *why,
            Some(Claim::Claimed | Claim::Unclaimed) | None => return,
        };
        self.finish(id, why.cause(), cx);
        self.touch_if_there(id, cx);
    }

    /// Told to whoever wanted to know, and kept in the call's story.
    pub(super) fn on_heard(&mut self, id: CallId, heard: Heard, cx: &mut Context<'_>) {
        if self.calls.get(&id).is_some_and(|call| !call.is_ended() && call.listens.is_some()) {
            if let Some((event, detail)) = told(heard) {
                self.story(id, event, detail, cx);
            }
            self.orders.push_back(Order::Heard(id, heard));
        }
    }

    /// What nobody has, nobody can pass on.
    pub(super) fn must_be_claimed(&mut self, id: CallId) -> Result<(), Refusal> {
        match self.calls.get(&id).map(|call| &call.claim) {
            Some(Claim::Unclaimed | Claim::Dismissed { .. }) => Err(wrong(id, "nobody talks in it yet")),
            Some(Claim::Claimed) | None => Ok(()),
        }
    }
}

impl Farewell {
    fn cause(self) -> HangupCause {
        let text = match self {
            Farewell::Abandoned => "nobody was free to talk with it",
            Farewell::NoPerson => "no person answered",
        };
        HangupCause::ours(HangupKind::Normal, text)
    }

    fn story(self) -> &'static str {
        match self {
            Farewell::Abandoned => "abandoned",
            Farewell::NoPerson => "message-left",
        }
    }
}

/// As calls' stories have it, with which tone.
fn told(heard: Heard) -> Option<(&'static str, &'static str)> {
    match heard {
        Heard::Person => Some(("heard-person", "")),
        Heard::Machine | Heard::Beep => Some(("heard-machine", "")),
        Heard::Tone(NetworkTone::Busy) => Some(("heard-tone", "busy")),
        Heard::Tone(NetworkTone::Congestion) => Some(("heard-tone", "congestion")),
        Heard::Tone(NetworkTone::NoSuchNumber) => Some(("heard-tone", "no-such-number")),
        Heard::Tone(NetworkTone::Announcement) => Some(("heard-tone", "announcement")),
        Heard::Tone(NetworkTone::Ringing) | Heard::GreetingOver | Heard::Nobody => None,
    }
}

/// A notice says who called and how not to be called again; a sound that never ends is none.
const LONGEST_NOTICE: Duration = Duration::from_secs(60);
/// Longer than anybody is rung.
const LONGEST_RINGING_MS: u32 = 180_000;
