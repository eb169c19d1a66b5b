//! Who is called by itself, and within which hours: what stories of promises and of campaigns share.

use chrono::NaiveDate;
use engine::callback::{Absence, Calendar, Hours, Mode, Schedule, Then};
use engine::id::ScheduleId;
use engine::rules::{Hours as Calling, Rules, Span, Term, Week};
use engine::sip::message::{Message, Method};

use crate::far::{Far, WithSdp};
use crate::world::{World, seconds};

/// Automatic; half an hour a slot, two places; three attempts ten minutes apart; fifteen minutes of grace.
pub fn escala() -> Schedule {
    Schedule {
        id: ScheduleId(0),
        name: "Retornos".to_owned(),
        zone: chrono_tz::America::Sao_Paulo,
        week: [Some(Hours { from: 8 * 60, until: 20 * 60 }); 7],
        closed: Default::default(),
        slot_minutes: 30,
        capacity: 2,
        attempts: 3,
        interval_minutes: 10,
        mode: Mode::Automatic,
        absence: Absence { grace_minutes: 15, then: Then::Stay },
        patience_s: 60,
        queues: Default::default(),
        returns: true,
        calendar: Calendar::default(),
    }
}

/// Everybody may be called from seven to ten in the evening.
pub fn rules() -> Rules {
    let term = Term { from: NaiveDate::from_ymd_opt(2000, 1, 1).unwrap(), until: None, source: "a law".to_owned() };
    let days = std::array::from_fn(|_| vec![Span { from: 7 * 60, until: 22 * 60 }]);
    let closed_on = Default::default();
    let hours = Calling { name: "de dia".to_owned(), week: Week { days }, closed_on, states: Default::default(), term };
    Rules { version: 7, hours: vec![hours], ..Rules::default() }
}

impl World {
    /// The far end of a call; the same INVITE, sent again till now, is the same.
    pub fn ringing(&mut self, invite: &Message) -> Far {
        let again = |message: &Message| message.status().is_none() && message.call_id().ok() == invite.call_id().ok();
        self.inbox.retain(|message| !again(message));
        Far::called(invite, "maria")
    }

    #[track_caller]
    pub fn answers(&mut self, far: &Far) {
        self.deliver(&far.answer(200).with_sdp("sendrecv"));
        self.get(Method::Ack);
    }

    #[track_caller]
    pub fn refuses(&mut self, far: &Far, status: u16) {
        self.deliver(&far.answer(status));
        self.get(Method::Ack);
    }

    pub fn is_calling(&self) -> bool {
        let invite = |message: &Message| message.status().is_none() && message.method() == Some(Method::Invite);
        self.inbox.iter().any(invite)
    }

    #[track_caller]
    pub fn nobody_is_called(&self) {
        assert!(!self.is_calling(), "somebody is called");
    }

    /// One timer's worth of time, so that what is due now is done.
    pub fn moment(&mut self) {
        self.pass(seconds(1));
    }
}
