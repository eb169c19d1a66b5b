//! What must happen to leads: whoever may be called is called while somebody is ready, and none is lost.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::campaign::{
    Attempt, Campaign, DialMode, Lead, LeadState, ListState, Of, ResultKind, Standing, Steer, Within,
};
use engine::id::{CampaignId, LeadId, UserId};

use crate::calendar::{are_within, may_be_called};
use crate::judge::Invite;
use crate::world::World;

/// The store is asked again after ten seconds.
const PROMPT: Duration = Duration::from_secs(25);
/// The pace may hold calls back for a while.
const PACED: Duration = Duration::from_secs(300);

impl World {
    /// Every other second of a calm time.
    pub fn judge_idleness(&mut self) {
        for campaign in self.sales.campaigns.clone() {
            let terms = &self.judge.sold.terms[&campaign];
            let patience = match terms.mode {
                DialMode::Preview => continue,
                DialMode::PushPreview | DialMode::Progressive => PROMPT,
                DialMode::Predictive => PACED,
            };
            if terms.standing != Standing::Running {
                continue;
            }
            if let Some(user) = self.idle(campaign, patience) {
                self.judge.seen.count("somebody idle");
                let lead = self.waits_for_nothing(&self.judge.sold.terms[&campaign], patience);
                if let Some(lead) = lead.and_then(|lead| self.shell.store.leads.get(lead)) {
                    let views = self.shell.engine.snapshot().campaigns;
                    panic!("{user} is ready for {campaign}, and nobody calls {lead:?}: {views:?}");
                }
            }
        }
    }

    /// Ready for so long, and wants its records.
    fn idle(&self, campaign: CampaignId, patience: Duration) -> Option<UserId> {
        let ready = self.judge.ready.iter().filter(|(_, since)| self.now.moment.since(**since) > patience);
        let calm = self.now.moment.since(self.judge.calm_from) > patience;
        let mut ready = ready.map(|(user, _)| *user).filter(|_| calm);
        ready.find(|user| self.judge.sold.wants.contains(&(campaign, *user)))
    }

    /// Nothing speaks against it, or did since then, and it is not being called.
    fn waits_for_nothing(&self, terms: &Campaign, patience: Duration) -> Option<LeadId> {
        let since = self.now.civil - TimeDelta::from_std(patience).unwrap();
        let is_old = |expires: Option<DateTime<Utc>>| expires.is_some_and(|expires| expires <= self.now.civil);
        let leads = &self.shell.store.leads;
        if terms.needs.iter().any(|source| {
            let list = &leads.number_lists[source];
            is_old(list.expires) || list.dated > since
        }) {
            return None;
        }
        let all = self.sales.leads.iter().filter(|(_, card)| terms.lists.contains(&card.list));
        let ready = all.filter(|(_, card)| {
            let list = &leads.lists[&card.list];
            let filtered = self.judge.sold.filtered.get(&card.list);
            list.state == ListState::Ready
                && list.dated <= since
                && list.expires.is_none()
                && filtered.is_none_or(|at| self.now.moment.since(*at) > patience)
        });
        let mut leads = ready.filter_map(|(lead, _)| leads.get(*lead));
        leads.find(|lead| self.is_due(lead, since) && self.may_be_dialled(lead, terms, since)).map(|lead| lead.lead)
    }

    fn is_due(&self, lead: &Lead, since: DateTime<Utc>) -> bool {
        match lead.state {
            LeadState::Waiting { next, cool_off, .. } => next <= since && cool_off.is_none() && !lead.aside,
            _ => false,
        }
    }

    fn may_be_dialled(&self, lead: &Lead, terms: &Campaign, since: DateTime<Utc>) -> bool {
        let number = &lead.phones[lead.turn()].number.normalised;
        let index = self.office.person(number).unwrap();
        let person = &self.office.people[index];
        let open = |at| may_be_called(&self.office.config.rules, &person.zones, at);
        let mut log = self.judge.log.iter().filter(|other: &&Invite| other.person == index);
        let made = |within: Within| {
            let attempts = self.shell.store.leads.attempts.values();
            let at_it = attempts.filter(|attempt| attempt.number == *number || attempt.lead == lead.lead);
            let other = log.clone().filter(|other| other.lead.is_none()).map(|other| other.at.civil);
            let all = at_it.map(|attempt| attempt.at).chain(other);
            let within = |at: &DateTime<Utc>| match within {
                Within::Ever => true,
                Within::The(period) => are_within(period, &person.zones, *at, self.now.civil),
            };
            all.filter(within).count()
        };
        let found_nobody = |attempt: &Attempt| {
            attempt.number == *number
                && matches!(attempt.result.map(|r| r.kind), Some(ResultKind::Abandoned | ResultKind::Unknown))
        };
        let rests = terms.mode == DialMode::Predictive && self.shell.store.leads.attempts.values().any(found_nobody);
        let limits = &self.office.config.rules.attempts;
        open(self.now.civil)
            && open(since)
            && !rests
            && !self.judge.suppressed.contains_key(&index)
            && limits.iter().all(|limit| made(Within::The(limit.period)) < limit.most as usize)
            && terms.retry.limits.iter().all(|limit| match limit.of {
                Of::Lead | Of::Number => made(limit.within) < limit.most as usize,
            })
            // A minute's calls of the route may be over.
            && log.all(|other| self.now.moment.since(other.at.moment) > PACED)
    }

    /// Everybody goes home: what is with nobody is in the store, each with a word why.
    pub fn close_the_shop(&mut self) {
        for campaign in self.sales.campaigns.clone() {
            let to = if self.random.below(2) == 0 { Steer::Stop } else { Steer::Drain };
            self.steer_to(campaign, to);
        }
        self.go_home();
        let snapshot = self.shell.engine.snapshot();
        for campaign in &snapshot.campaigns {
            let stands = (campaign.standing, campaign.ready, campaign.dialling, campaign.talking);
            assert_eq!(stands, (Standing::Stopped, 0, 0, 0), "{campaign:?}");
        }
        assert_eq!(snapshot.records, [], "nobody is there");
        let lapsed = (self.shell.store.refused, self.shell.store.leads.lapsed);
        assert_eq!(lapsed, (0, 0), "nothing is written of leases that have ended");
        let leads: Vec<LeadId> = self.sales.leads.keys().copied().collect();
        leads.into_iter().for_each(|lead| self.judge_lead_at_the_end(lead));
        let open = self.shell.store.leads.attempts.values().find(|attempt| attempt.result.is_none());
        assert_eq!(open, None, "nothing came of it");
    }

    fn judge_lead_at_the_end(&mut self, id: LeadId) {
        let card = self.sales.leads[&id].clone();
        let Some(lead) = self.shell.store.leads.get(id) else {
            assert!(self.judge.sold.discarded.contains_key(&card.list), "{id} is lost");
            return;
        };
        let what = match lead.state {
            LeadState::Waiting { next, .. } => {
                let far = TimeDelta::days(40);
                assert!(next <= self.now.civil + far, "{id} waits until {next}, for ever");
                "waiting at the end"
            }
            LeadState::Leased { .. } => panic!("{id} is with nobody: {lead:?}"),
            LeadState::Callback { .. } => "with a promise at the end",
            LeadState::Unknown { attempt } => {
                let result = self.shell.store.leads.attempts[&attempt].result.map(|result| result.kind);
                assert_eq!(result, Some(ResultKind::Unknown), "{lead:?}");
                "for a person at the end"
            }
            LeadState::Done => "done at the end",
            LeadState::Declined => "declined at the end",
            LeadState::Exhausted(_) => "exhausted at the end",
        };
        self.judge.seen.count(what);
        let said = self.judge.sold.history.get(&id).into_iter().flatten();
        for (attempt, said) in said.filter_map(|dialled| Some((dialled.attempt, dialled.said?))) {
            assert_eq!(self.shell.store.leads.dispositions.get(&attempt), Some(&said), "what was said of {id} is lost");
        }
    }
}
