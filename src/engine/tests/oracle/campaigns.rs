//! What campaigns dial: each line of the exchange's log beside what was in force, acknowledged and told.

use std::time::Duration;

use chrono::TimeDelta;
use engine::agent::AgentState;
use engine::campaign::{Attempt, Campaign, DialMode, Limit, Of, ResultKind, Retry, RetryTable, Standing, Within};
use engine::id::{LeadId, UserId};

use crate::calendar::are_within;
use crate::judge::Invite;
use crate::sales::TRUNK;
use crate::sold::Dialled;
use crate::world::World;

impl World {
    /// The attempt that was written down for it, and not dialled yet.
    pub fn attempt_of(&self, invite: &Invite) -> Option<Attempt> {
        let digits = &self.office.people[invite.person].digits;
        let caller = self.office.agents.iter().find(|agent| agent.ramal == invite.ramal);
        // Over the agent's own extension where there is no other route.
        let has_route = |attempt: &&Attempt| !self.judge.sold.terms[&attempt.campaign].routes.is_empty();
        let is_callers = |attempt: &&Attempt| match caller {
            Some(agent) => self.holder(attempt) == Some(agent.user) && !has_route(attempt),
            None => invite.ramal == TRUNK && has_route(attempt),
        };
        let attempts = self.shell.store.leads.attempts.values();
        let own = attempts.filter(|attempt| attempt.number.ends_with(digits) && attempt.result.is_none());
        let own = own.filter(is_callers).filter(|attempt| !self.judge.sold.dialled.contains(&attempt.attempt));
        // Of two at one number the first that was written; of one that was not dialled the result may be on its way to a disk.
        let is_old = |attempt: &Attempt| (invite.at.civil - attempt.at).abs() > TimeDelta::minutes(1);
        own.min_by_key(|attempt| (is_old(attempt), attempt.at, attempt.attempt)).cloned()
    }

    /// Who is held for it. Who was when it was written may have left; then the next one is told before the disk can have it.
    fn holder(&self, attempt: &Attempt) -> Option<UserId> {
        self.judge.sold.records.get(&attempt.lead).and_then(|view| view.user).or(attempt.user)
    }

    pub fn judge_lead(&mut self, attempt: &Attempt, invite: &Invite) {
        let (lead, sold) = (attempt.lead, &self.judge.sold);
        let terms = &sold.terms[&attempt.campaign];
        let view = sold.records.get(&lead);
        // Whoever has the record dials it: as often as limits allow, and whatever was to come.
        let again = view.is_some_and(|view| !view.tried.is_empty() || view.callback.is_some());
        self.judge_standing(attempt, terms, invite);
        self.judge_list(lead, terms, invite);
        assert!(!sold.unknown.contains(&lead), "what is unknown is a person's to decide: {attempt:?}");
        let over = sold.over.get(&lead);
        assert_eq!(over, None, "it was over: {attempt:?}");
        if !again {
            assert_eq!(sold.callbacks.get(&lead), None, "it has a callback: {attempt:?}");
            self.judge_interval(lead, attempt, invite);
        }
        terms.retry.limits.iter().for_each(|limit| self.judge_limit(limit, attempt, invite));
        self.judge_trunk(invite);
        if attempt.paced {
            self.judge_cool_down(attempt, terms, invite);
        }
        let dialled = Dialled {
            attempt: attempt.attempt,
            campaign: attempt.campaign,
            id: invite.id.clone(),
            at: invite.at,
            ended: None,
            said: None,
            unsure: false,
        };
        let what = match terms.mode {
            DialMode::Preview => "dialled in preview",
            DialMode::PushPreview => "dialled in push-preview",
            DialMode::Progressive => "dialled in progressive",
            DialMode::Predictive => "dialled in predictive",
        };
        self.judge.seen.count(what);
        self.judge.sold.dialled.insert(attempt.attempt);
        self.judge.sold.history.entry(lead).or_default().push(dialled);
    }

    /// Nobody is dialled for whoever is free but in predictive; and nothing is begun where it does not run.
    fn judge_standing(&self, attempt: &Attempt, terms: &Campaign, invite: &Invite) {
        let holder = self.holder(attempt);
        assert!(attempt.user == holder || self.shell.store_fails, "{attempt:?} is {holder:?}'s");
        let agent = holder.map(|user| self.judge.sold.agents.get(&user).copied());
        let is_held = agent.is_some_and(|state| {
            matches!(state, Some(AgentState::Reserved | AgentState::Preview | AgentState::Talking))
        });
        let is_paced = attempt.paced && terms.mode == DialMode::Predictive;
        assert!(is_paced || is_held, "{attempt:?} with no agent held in {:?}: {agent:?}", terms.mode);
        let has_it = self.judge.sold.wished.contains(&attempt.lead);
        let may = match terms.standing {
            Standing::Running => true,
            Standing::Paused | Standing::Draining => has_it,
            Standing::Stopped => false,
        };
        assert!(may, "{} is {:?}, asked for: {has_it}: {invite:?}", terms.id, terms.standing);
    }

    fn judge_list(&self, lead: LeadId, terms: &Campaign, invite: &Invite) {
        let list = self.sales.leads[&lead].list;
        assert!(terms.lists.contains(&list), "the list of {lead} is none of {}", terms.id);
        if let Some(at) = self.judge.sold.discarded.get(&list) {
            let late = invite.at.moment.since(*at);
            panic!("{lead} is dialled {late:?} after its list was discarded");
        }
        let aside = self.shell.store.leads.get(lead).is_some_and(|lead| lead.aside);
        assert!(!aside, "{lead} is dialled though the filter leaves it out: {invite:?}");
        let row = &self.shell.store.leads.lists[&list];
        let is_old = row.expires.is_some_and(|expires| expires + TimeDelta::seconds(1) < invite.at.civil);
        assert!(!is_old, "the list of {lead} is of {:?}: {invite:?}", row.expires);
        let lists = &self.shell.store.leads.number_lists;
        let too_old = |source: &&String| {
            lists[*source].expires.is_some_and(|expires| expires + TimeDelta::seconds(1) < invite.at.civil)
        };
        assert_eq!(terms.needs.iter().find(too_old), None, "{invite:?} without the list");
    }

    /// Not before what came of the last one says, or who declined it for later.
    fn judge_interval(&self, lead: LeadId, attempt: &Attempt, invite: &Invite) {
        let (sold, now) = (&self.judge.sold, invite.at);
        let jumped = |since| self.judge.jumped.is_some_and(|jumped| jumped >= since);
        if let Some((said, until)) = sold.later.get(&lead).filter(|(said, _)| !jumped(*said)) {
            assert!(now.civil >= *until, "declined at {said:?} until {until}: {attempt:?}");
        }
        let back = sold.recycled.get(&lead).copied();
        let Some(last) = sold.history.get(&lead).and_then(|all| all.last()) else { return };
        if back.is_some_and(|back| last.at.moment <= back) {
            return;
        }
        let changed = sold.changed.get(&last.campaign).is_some_and(|at| *at >= last.at.moment);
        let came = self.shell.store.leads.attempts[&last.attempt].result;
        let Some(came) = came.filter(|came| !changed && !last.unsure && came.kind != ResultKind::Unknown) else {
            return;
        };
        if jumped(last.at.moment) {
            return;
        }
        let put_back = sold.later.get(&lead).is_some_and(|(said, _)| *said >= last.at.moment);
        match follows(&sold.terms[&last.campaign].retry, last, came.kind) {
            // Its agent knows better.
            Retry::Finish if put_back => {}
            Retry::Finish => panic!("{lead} was over by {came:?}, {:?}: {attempt:?}", last.said),
            Retry::Again(again) => {
                let since = last.ended.unwrap_or(last.at).civil;
                let from = since + TimeDelta::minutes(again.after_minutes.into());
                // A call that the far side saw end was over here some ms before; where we gave up, as long before as the far side
                // kept silent, for what has no answer yet cannot be cancelled (RFC 3261 §9.1).
                let gave_up = matches!(came.kind, ResultKind::Failed | ResultKind::NoAnswer | ResultKind::Withdrawn);
                let from = from - if gave_up && came.sip.is_none() { SILENT } else { TimeDelta::seconds(1) };
                assert!(now.civil >= from, "{lead} after {came:?} before {from}: {attempt:?}");
            }
        }
    }

    fn judge_limit(&self, limit: &Limit, attempt: &Attempt, invite: &Invite) {
        let zones = &self.office.people[invite.person].zones;
        let within = |at| match limit.within {
            Within::Ever => true,
            Within::The(period) => are_within(period, zones, at, invite.at.civil),
        };
        let made = match (limit.of, limit.within) {
            (Of::Lead, _) => {
                let back = self.judge.sold.recycled.get(&attempt.lead).filter(|_| limit.within == Within::Ever);
                let all = self.judge.sold.history.get(&attempt.lead).into_iter().flatten();
                let anew = all.filter(|dialled| back.is_none_or(|back| dialled.at.moment > *back));
                anew.filter(|dialled| within(dialled.at.civil)).count()
            }
            // Over all campaigns; within a period over every path.
            (Of::Number, Within::Ever) => {
                self.judge.log.iter().filter(|other| other.person == invite.person && other.lead.is_some()).count()
            }
            (Of::Number, Within::The(_)) => {
                let same = |other: &&Invite| other.person == invite.person && within(other.at.civil);
                self.judge.log.iter().filter(same).count()
            }
        };
        assert!(made < limit.most as usize, "{made} attempts, {limit:?}: {attempt:?}");
    }

    /// What the route allows at once, and in a minute; a start counts anew.
    fn judge_trunk(&self, invite: &Invite) {
        let Some(limits) = self.sales.trunk.filter(|_| invite.ramal == TRUNK) else { return };
        let of_run = |other: &&Invite| other.ramal == TRUNK && other.at.moment >= self.judge.sold.started;
        let minute = |other: &&Invite| other.at.moment + Duration::from_secs(60) > invite.at.moment;
        let starts = self.judge.log.iter().rev().take_while(minute).filter(of_run).count();
        assert!(starts < limits.calls_per_minute as usize, "{starts} calls in a minute, {limits:?}");
        let up = self.exchange.up(TRUNK, self.judge.sold.started);
        assert!(up <= limits.calls_at_once as usize, "{up} calls at once, {limits:?}");
    }

    /// Who found nobody is not called for whoever is free by any campaign.
    fn judge_cool_down(&self, attempt: &Attempt, terms: &Campaign, invite: &Invite) {
        let span = TimeDelta::hours(terms.pace.cool_down_hours.into());
        let found_nobody = |other: &&Attempt| match other.result.map(|result| result.kind) {
            Some(ResultKind::Abandoned) => true,
            Some(ResultKind::Unknown) => other.paced && other.user.is_none(),
            _ => false,
        };
        let all = self.shell.store.leads.attempts.values().filter(|other| other.number == attempt.number);
        let soon = all.filter(found_nobody).find(|other| invite.at.civil - other.at < span);
        assert_eq!(soon, None, "within {span} of it: {attempt:?}");
    }
}

/// The exchange says something of a call within ten seconds.
const SILENT: TimeDelta = TimeDelta::seconds(11);

/// What the agent said counts for more than what the network said.
fn follows(table: &RetryTable, last: &Dialled, came: ResultKind) -> Retry {
    let said = last.said.and_then(|said| table.dispositions.get(&said));
    said.or_else(|| table.results.get(&came)).copied().unwrap_or(RetryTable::OTHERWISE)
}
