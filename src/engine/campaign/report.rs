//! What the customer's own systems are told of a lead when it leaves work: what was tried meanwhile, what its agent said, what
//! becomes of it.

use super::attempt::Attempt;
use super::lead::{Lead, LeadState};
use super::order::Order;
use super::record::{Context, Record};
use crate::id::{CampaignId, UserId};

/// One lead, once for each time that it was in work.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    pub campaign: CampaignId,
    /// As it is from now on.
    pub lead: Lead,
    /// Of its lease: the next time it is another.
    pub fence: u64,
    /// Whose it was at last.
    pub user: Option<UserId>,
    /// With what came of each, the last one last.
    pub attempts: Vec<Attempt>,
}

impl Record {
    /// Where the campaign tells somebody, and there is something to tell: an attempt that may have rung, or a person's no.
    pub(super) fn report(&self, lead: &Lead, cx: &mut Context<'_>) {
        let said_no = lead.state == LeadState::Declined;
        if cx.terms.webhook.is_none() || !(said_no || self.tried.iter().any(|tried| tried.result.kind.counts())) {
            return;
        }
        let attempts = self.tried.iter().map(|tried| Attempt { result: Some(tried.result), ..tried.attempt.clone() });
        cx.orders.push_back(Order::Report(Box::new(Report {
            campaign: cx.terms.id,
            lead: lead.clone(),
            fence: self.fence,
            user: self.state.user(),
            attempts: attempts.collect(),
        })));
    }
}
