//! Calls to leads: over a campaign's route, at the device of whoever has the record.

use std::sync::Arc;
use std::time::Duration;

use crate::border::Refusal;
use crate::config::Account;
use crate::gate::{Facts, Purpose};
use crate::id::{AttemptId, CallId, UserId};
use crate::number::Number;

use super::dial::{Dialling, Matter};
use super::transfer::Tie;
use super::{Calls, Context};

/// An attempt that the gate allowed.
#[derive(Debug)]
pub struct LeadCall {
    /// What it is dialled over.
    pub account: Arc<Account>,
    /// The extension of whoever talks.
    pub seat: Option<Arc<Account>>,
    pub number: Number,
    /// What the called party sees; none: the route's own.
    pub from: Option<String>,
    pub ring: Duration,
    pub attempt: AttemptId,
    /// What the gate was told of the number.
    pub facts: Facts,
}

impl Calls {
    /// Dials a lead. Its answer is the commanding person's.
    pub fn dial_lead(&mut self, call: LeadCall, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let LeadCall { account, seat, number, from, ring, attempt, facts } = call;
        let matter = Matter { attempt: Some(attempt), seat, ..Matter::default() };
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
        let call = self.live(id)?;
        (call.seat, call.user, call.tie) = (seat, Some(user), Tie::Free);
        self.by_user.entry(user).or_default().push(id);
        self.story(id, "given", "", cx);
        self.reseat(id, cx);
        Ok(())
    }
}
