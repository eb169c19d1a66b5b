//! What the store is asked for campaigns: the next leads, and what the gate has to know of one, each time anew, so that what was
//! added a moment ago counts.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::border::{LeadLook, StoreError};
use crate::campaign::{
    self, Area, Campaign, DialMode, LEAD_LIMIT, LeadFacts, ListStanding, NUMBER_LIMIT, Of, PhoneFacts,
    Question as Asked, Want,
};
use crate::gate::{self, Law, Purpose};
use crate::id::{AttemptId, CampaignId, CommandId, LeadId, QuestionId};
use crate::judgement::{Denial, Judgement};
use crate::records::{Facts, Question};
use crate::rules;
use crate::time::Now;

use super::super::Engine;
use super::super::keeping::judgement;

/// What the store's answer is for.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    Leads(CampaignId),
    Gate {
        lead: LeadId,
        phone: usize,
        ask: u32,
    },
    /// A person wants to know why.
    Explain {
        command: CommandId,
        look: LeadLook,
    },
    Pace(CampaignId),
    ShortCalls,
}

impl Engine {
    pub(super) fn ask_for_leads(&mut self, campaign: CampaignId, most: u16, now: Now) {
        let Some(terms) = self.campaigning.campaigns.terms(campaign) else { return };
        let (aim, lists) = (terms.aim, terms.lists.clone());
        let (law, needs) = (self.law_of(terms), terms.needs(&self.config.rules, self.config.zone, now.civil));
        let open = self.open_areas(&law, now);
        let (dead_last, until) = (self.campaigning.campaigns.has_too_many_short_calls(), now.civil + LEASE);
        let want = Want { campaign, aim, lists, needs, open, now: now.civil, dead_last, most, until };
        let question = self.load(Question::Leads(Asked::Lease(want)));
        self.campaigning.asked.insert(question, Ask::Leads(campaign));
    }

    /// Where people may be called now, and since when attempts there count. Of one number of each area; where an area has several
    /// zones, the gate says of each number what its own is. Most areas are in few places.
    fn open_areas(&self, law: &Law<'_>, now: Now) -> BTreeMap<Area, gate::Periods> {
        let mut places: Vec<(Option<&rules::Area>, Option<gate::Periods>)> = Vec::new();
        let mut periods = |area: Area| {
            let sample = area.sample();
            let place = law.rules.area(&sample, now.civil.date_naive());
            let known = places.iter().find(|(other, _)| *other == place && area != Area::ELSEWHERE);
            if let Some((_, periods)) = known {
                return *periods;
            }
            let open = area == Area::ELSEWHERE || gate::is_open(law, &sample, now);
            let periods = open.then(|| gate::periods(law, &sample, now));
            if area != Area::ELSEWHERE {
                places.push((place, periods));
            }
            periods
        };
        Area::all().filter_map(|area| Some((area, periods(area)?))).collect()
    }

    pub(super) fn law_of(&self, terms: &Campaign) -> Law<'_> {
        Law::of(&self.config).with(terms.pack(&self.config.rules))
    }

    pub(super) fn ask_about_lead(&mut self, lead: LeadId, phone: usize, ask: u32, now: Now) {
        let Some((terms, number)) = self.campaigning.campaigns.facts(lead, phone) else { return };
        let (campaign, aim) = (terms.id, terms.aim);
        let periods = gate::periods(&self.law_of(terms), &number.number, now);
        let needs = terms.needs(&self.config.rules, self.config.zone, now.civil);
        let question = self.load(Question::Leads(Asked::Lead { lead, campaign, aim, periods, needs }));
        self.campaigning.asked.insert(question, Ask::Gate { lead, phone, ask });
    }

    /// An answer of the store about leads; whether it was one.
    pub(in super::super) fn on_leads_known(
        &mut self,
        question: QuestionId,
        facts: &Result<Facts, StoreError>,
        now: Now,
    ) -> bool {
        let Some(ask) = self.campaigning.asked.remove(&question) else { return false };
        match (ask, facts) {
            (Ask::Leads(campaign), Ok(Facts::Leads(campaign::Facts::Leased(leased)))) => {
                self.campaigning.campaigns.on_leads(campaign, Some(leased.clone()), now);
            }
            (Ask::Leads(campaign), _) => self.campaigning.campaigns.on_leads(campaign, None, now),
            (Ask::Pace(campaign), Ok(Facts::Leads(campaign::Facts::Pace(known)))) => {
                self.campaigning.campaigns.on_remembered(campaign, Some(known.clone()), now);
            }
            (Ask::Pace(campaign), _) => self.campaigning.campaigns.on_remembered(campaign, None, now),
            (Ask::ShortCalls, Ok(Facts::Leads(campaign::Facts::ShortCalls(known)))) => {
                self.know_short_calls(Some(*known), now);
            }
            (Ask::ShortCalls, _) => self.know_short_calls(None, now),
            (Ask::Gate { lead, phone, ask }, Ok(Facts::Leads(campaign::Facts::Lead(Some(known))))) => {
                self.judge_lead((lead, phone, ask), Ok(known), now);
            }
            (Ask::Gate { lead, phone, ask }, Err(why)) => {
                self.judge_lead((lead, phone, ask), Err(format!("the store could not be read: {why}")), now);
            }
            (Ask::Explain { command, look }, Ok(Facts::Leads(campaign::Facts::Lead(Some(known))))) => {
                self.explain_known(command, &look, Ok(known), now);
            }
            (Ask::Explain { command, look }, Err(why)) => {
                self.explain_known(command, &look, Err(format!("the store could not be read: {why}")), now);
            }
            (Ask::Explain { command, look }, Ok(_)) => {
                self.explain_known(command, &look, Err("the lead is not there any more".to_owned()), now);
            }
            (Ask::Gate { lead, phone, ask }, Ok(_)) => {
                self.judge_lead((lead, phone, ask), Err("the lead is not there any more".to_owned()), now);
            }
        }
        true
    }

    fn judge_lead(&mut self, (lead, phone, ask): (LeadId, usize, u32), known: Result<&LeadFacts, String>, now: Now) {
        if let Ok(known) = &known {
            let law = Law::of(&self.config);
            let zones = known.lead.phones.iter().flat_map(|phone| gate::zones(&law, &phone.number, now));
            self.campaigning.campaigns.on_tallies(lead, known, zones.collect());
        }
        let known_now = known.as_ref().ok().copied();
        let held = self.held_back(lead, known_now);
        let held = held.or_else(|| self.rests(lead, known_now?.phones.get(phone)?, now));
        let held = held.or_else(|| self.limited(known_now?, phone, now));
        let judgement =
            held.or_else(|| self.judgement_of(lead, phone, known, now)).unwrap_or_else(|| self.no_way_out());
        let new = AttemptId(self.ids.next(now.civil));
        self.campaigning.campaigns.on_judged(lead, ask, judgement, new, now);
    }

    /// None: nothing that it could be dialled over is registered.
    fn judgement_of(
        &mut self,
        lead: LeadId,
        phone: usize,
        known: Result<&LeadFacts, String>,
        now: Now,
    ) -> Option<Judgement> {
        let account = self.way_out(lead, now)?;
        let load = self.calls.load(&account, now);
        let (terms, dialled) = self.campaigning.campaigns.facts(lead, phone)?;
        let (terms, number) = (terms.clone(), dialled.number.clone());
        let own = self.campaigning.campaigns.is_judged_again(lead);
        let known =
            known.and_then(|known| known.phones.get(phone).ok_or_else(|| "the lead has another number now".to_owned()));
        // The attempt that is written and judged again is counted when something comes of it.
        let known = known.map(|known| if own { known.but_one() } else { known.clone() });
        let known = known.as_ref().map(|known| (&known.suppressed, &known.attempts)).map_err(Clone::clone);
        let facts = self.facts_beside((load, Some(&number)), known, None);
        let verdict = gate::judge(&self.law_of(&terms), &facts, &number, Purpose::Campaign, now);
        self.campaigning.judged = Some((lead, facts));
        Some(judgement(verdict))
    }

    /// Who was abandoned is not dialled for whoever is free, by any campaign, for as long as this one says (GN-18).
    fn rests(&self, lead: LeadId, known: &PhoneFacts, now: Now) -> Option<Judgement> {
        let (terms, _) = self.campaigning.campaigns.facts(lead, 0)?;
        let cool_down = TimeDelta::hours(terms.pace.cool_down_hours.into());
        let next = known.abandoned.filter(|_| terms.mode == DialMode::Predictive)? + cool_down;
        let fact = "Somebody there answered and found no agent; until then an agent has to be held for the call.";
        let denied = || Judgement::Denied(self.denied("cool-down", fact.to_owned(), Some(next)));
        (next > now.civil).then(denied)
    }

    /// As often as the campaign's limits have it, over every path that they count (GN-14).
    fn limited(&self, known: &LeadFacts, phone: usize, now: Now) -> Option<Judgement> {
        let lead = known.lead.lead;
        let (terms, dialled) = self.campaigning.campaigns.facts(lead, phone)?;
        let tallies = (known.tally, known.phones.get(phone)?.tally());
        // The attempt that is judged again is written already.
        let own = self.campaigning.campaigns.is_judged_again(lead);
        let (of_lead, of_number) = if own { (tallies.0.but_one(), tallies.1.but_one()) } else { tallies };
        let mut zones = gate::zones(&Law::of(&self.config), &dialled.number, now);
        zones.extend(known.lead.zone);
        let (of, most, next) = terms.retry.reached((of_lead, of_number), &zones, now.civil)?;
        let (rule, what) = match of {
            Of::Lead => (LEAD_LIMIT, "This record"),
            Of::Number => (NUMBER_LIMIT, "This number"),
        };
        let fact = format!("{what} was tried as often as the campaign allows ({most}).");
        Some(Judgement::Denied(self.denied(rule, fact, next)))
    }

    /// What no number of the campaign is dialled for: its pack of rules, or a do-not-call list.
    fn held_back(&self, lead: LeadId, known: Option<&LeadFacts>) -> Option<Judgement> {
        let (terms, _) = self.campaigning.campaigns.facts(lead, 0)?;
        self.held_by(terms, known).map(Judgement::Denied)
    }

    pub(super) fn held_by(&self, terms: &Campaign, known: Option<&LeadFacts>) -> Option<Denial> {
        let lost = terms.rules.as_ref().filter(|name| !self.config.rules.packs.contains_key(*name));
        if let Some(name) = lost {
            return Some(self.denied(
                "rules",
                format!("There is no pack of rules {name} any more; choose another."),
                None,
            ));
        }
        let known = known?;
        let of_list = match (known.list, terms.lists.contains(&known.lead.list)) {
            (ListStanding::Ready, true) if known.lead.aside => {
                return Some(self.denied("filter", "The filter of its list leaves it out.".to_owned(), None));
            }
            (ListStanding::Ready, true) => None,
            (ListStanding::Ready, false) => Some("The campaign does not call this list any more.".to_owned()),
            (ListStanding::Reworked, _) => {
                Some("Its list is being gone through: a filter, or leads that come back.".to_owned())
            }
            (ListStanding::Loading, _) => Some("Its list is being brought in.".to_owned()),
            (ListStanding::Discarded, _) => Some("Its list was discarded.".to_owned()),
            (ListStanding::Stale { since }, _) => {
                Some(format!("Its list is too old since {}; bring in a new one.", since.format("%Y-%m-%d")))
            }
        };
        if let Some(fact) = of_list {
            return Some(self.denied("list", fact, None));
        }
        let lack = known.lacks.first()?;
        let fact = match lack.dated {
            None => format!("The do-not-call list {} is needed and not there; bring it in.", lack.source),
            Some(dated) => format!(
                "The do-not-call list {} is of {} and too old; bring in a new one.",
                lack.source,
                dated.format("%Y-%m-%d")
            ),
        };
        Some(self.denied("do-not-call-list", fact, None))
    }

    fn no_way_out(&self) -> Judgement {
        let fact = "No extension or trunk that it could be dialled over is registered now.".to_owned();
        Judgement::Denied(self.denied("route", fact, None))
    }

    fn denied(&self, rule: &str, fact: String, next: Option<DateTime<Utc>>) -> Denial {
        Denial { rule: rule.to_owned(), fact, next, version: Law::of(&self.config).version() }
    }
}

/// Longer than anybody handles a record; a start ends all of them.
const LEASE: TimeDelta = TimeDelta::hours(24);
