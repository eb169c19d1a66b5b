//! Who may supervise what now, and from where, beside the rights that [`crate::access`] asks for.

use std::sync::Arc;

use crate::border::{Refusal, RefusalCode};
use crate::config::{Account, AccountName};
use crate::id::{CallId, UserId};
use crate::news::Direction;

use super::super::control::wrong;
use super::super::desk::DeskKey;
use super::super::live::{Call, Phase};
use super::super::{Calls, Context};

/// Where a supervisor sits, and who that is.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub account: Arc<Account>,
    pub user: Option<UserId>,
    pub name: String,
}

impl Calls {
    /// A person sits at the own ramal; whoever is none names one.
    pub(super) fn seat_of_supervisor(&self, through: Option<&AccountName>, cx: &Context<'_>) -> Result<Seat, Refusal> {
        let Some(user) = cx.actor else {
            let through = through.ok_or_else(|| {
                Refusal::new(RefusalCode::BadRequest, "name the extension at whose device you are: through")
            })?;
            let (account, person) = (self.account(through, cx)?.clone(), cx.staff.user_of(through));
            let name = person.map_or_else(|| through.to_string(), |person| person.name.clone());
            return Ok(Seat { account, user: person.map(|person| person.user), name });
        };
        let person = cx.staff.user(user);
        let own = person.and_then(|person| Some((person, person.ramal.as_ref()?)));
        let (person, ramal) = own.ok_or_else(|| {
            let text = "you have no extension to hear and speak through; an administrator associates one with you";
            Refusal::new(RefusalCode::NoSuchAccount, text)
        })?;
        match through.is_none_or(|through| through == ramal) {
            true => Ok(Seat { account: self.account(ramal, cx)?.clone(), user: Some(user), name: person.name.clone() }),
            false => Err(Refusal::new(RefusalCode::NotAllowed, "you supervise through your own extension")),
        }
    }

    /// An answered call in which an agent of ours talks, who is not the supervisor.
    pub(super) fn must_be_supervisable(&mut self, id: CallId, seat: &Seat) -> Result<(), Refusal> {
        let call = self.answered(id, "be supervised")?;
        if call.is_of(seat) {
            return Err(Refusal::new(RefusalCode::OwnCall, format!("call {id} is your own")));
        }
        if call.is_unattended() {
            return Err(wrong(id, "it is being transferred; its agent has left it"));
        }
        let call = self.calls.get(&id);
        match call.is_some_and(|call| self.home_of(call).is_some()) {
            true => Ok(()),
            false => Err(wrong(id, "it goes on without an agent of yours")),
        }
    }

    /// Nobody supervises while in a call of the own.
    pub(super) fn must_be_free(&self, seat: &Seat) -> Result<(), Refusal> {
        match self.calls.values().find(|call| call.is_of(seat) && call.occupies_its_person()) {
            None => Ok(()),
            Some(own) => {
                let text = format!("you are in call {} yourself; end it first", own.id);
                Err(Refusal::new(RefusalCode::OwnCall, text))
            }
        }
    }

    /// One device may be several extensions': one person talks or supervises there.
    pub(super) fn must_be_nobody_elses(&self, desk: &DeskKey, at: &AccountName) -> Result<(), Refusal> {
        let supervises = self.supervisions.iter().any(|(other, now)| other != at && now.desk == *desk);
        match supervises || self.is_occupied(desk) {
            true => Err(Refusal::new(RefusalCode::OwnCall, "somebody talks through your device already")),
            false => Ok(()),
        }
    }

    /// Whether a call or conference is talked about there, or waits there.
    fn is_occupied(&self, desk: &DeskKey) -> bool {
        self.calls_around(desk).iter().filter_map(|id| self.calls.get(id)).any(Call::occupies_its_person)
    }
}

impl Call {
    /// Whether it is this supervisor's own.
    pub(super) fn is_of(&self, seat: &Seat) -> bool {
        !self.is_ended() && (self.seat.name == seat.account.name || (seat.user.is_some() && self.user == seat.user))
    }

    /// It is dialled or up, held or not; one that only rings here is not.
    pub(super) fn occupies_its_person(&self) -> bool {
        let here = match (&self.phase, self.direction) {
            (Phase::Ringing, Direction::Inbound) | (Phase::Ended { .. }, _) => false,
            (Phase::Dialling | Phase::Ringing | Phase::Early | Phase::Answered, _) => true,
        };
        here && !self.is_unattended()
    }
}
