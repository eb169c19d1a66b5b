//! What others look up.

use crate::id::{CallId, CampaignId, LeadId, PromiseId, UserId};

use super::Campaigns;
use super::lead::{Lead, Phone};
use super::order::{By, CampaignView, Place, RecordView};
use super::record::Record;
use super::state::{State, Voice};
use super::terms::Campaign;

impl Campaigns {
    /// The callback that was promised while the record was handled.
    pub fn callback_of(&self, lead: LeadId) -> Option<PromiseId> {
        self.records.get(&lead)?.1.callback
    }

    /// Whom a lead's number is dialled for, and which it is.
    pub fn facts(&self, lead: LeadId, phone: usize) -> Option<(&Campaign, &Phone)> {
        let (campaign, record) = self.records.get(&lead)?;
        Some((&self.running.get(campaign)?.terms, record.facts.lead.phones.get(phone)?))
    }

    /// Whose the record is.
    pub fn user_of(&self, lead: LeadId) -> Option<UserId> {
        self.records.get(&lead)?.1.state.user()
    }

    /// Its attempt is written already.
    pub fn is_judged_again(&self, lead: LeadId) -> bool {
        self.records.get(&lead).is_some_and(|(_, record)| record.is_judged_again())
    }

    /// Who has a record on the screen, or is about to talk with a lead.
    pub fn holds(&self, user: UserId) -> bool {
        self.records.values().any(|(_, record)| record.state.handler() == Some(user))
    }

    pub fn views(&self) -> impl Iterator<Item = CampaignView> {
        self.running.keys().filter_map(|campaign| self.view(*campaign))
    }

    /// Whether a machine, or the network's tones, answered a call that is a lead's (GN-17).
    pub fn is_with_no_person(&self, call: CallId) -> bool {
        let record = self.by_call.get(&call).and_then(|lead| self.records.get(lead));
        record.is_some_and(|(_, record)| match &record.state {
            State::Machine { .. } => true,
            State::Answered { voice, .. } | State::Talking { voice, .. } => *voice == Voice::Machine,
            State::Queued | State::Offered { .. } | State::Open { .. } | State::Judging { .. } => false,
            State::Storing { .. } | State::JudgingAgain { .. } | State::Dialling { .. } => false,
            State::Listening { .. } | State::Dismissed { .. } => false,
        })
    }

    /// Whether the rule of short calls binds today (GN-19).
    pub fn has_too_many_short_calls(&self) -> bool {
        self.short_room.is_some()
    }

    /// Calls for whoever is free that are begun and are none yet.
    pub fn on_their_way(&self) -> u32 {
        let begun = |record: &&Record| match record.state {
            State::Judging { by: By::Anybody, .. } => true,
            State::Storing { by, .. } | State::JudgingAgain { by, .. } => by == Some(By::Anybody),
            State::Queued | State::Offered { .. } | State::Open { .. } | State::Judging { .. } => false,
            State::Dialling { .. } | State::Answered { .. } | State::Dismissed { .. } => false,
            State::Listening { .. } | State::Machine { .. } | State::Talking { .. } => false,
        };
        let count = self.records.values().map(|(_, record)| record).filter(begun).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The records that somebody has.
    pub fn records(&self) -> impl Iterator<Item = RecordView> {
        let shown = self.records.values().filter_map(|(campaign, record)| record.shown(*campaign));
        shown.filter(|view| view.standing != Place::Gone)
    }

    pub fn lead(&self, lead: LeadId) -> Option<&Lead> {
        self.records.get(&lead).map(|(_, record)| &record.facts.lead)
    }

    pub fn terms(&self, campaign: CampaignId) -> Option<&Campaign> {
        self.running.get(&campaign).map(|running| &running.terms)
    }

    pub fn view(&self, campaign: CampaignId) -> Option<CampaignView> {
        let running = self.running.get(&campaign)?;
        let records = self.records.values().filter(|(own, _)| *own == campaign).map(|(_, record)| record);
        Some(running.view(records, self.short))
    }
}
