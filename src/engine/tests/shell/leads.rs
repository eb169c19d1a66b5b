//! Leads as the store keeps them: the next ones, leased, with what the gate has to know; attempts and what came of them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::campaign::{
    Attempt, AttemptResult, Facts, Lack, Last, Lead, LeadFacts, LeadState, Leased, List, ListStanding, ListState, Need,
    NumberList, PhoneFacts, Question, Recycling, Remembered, ResultKind, Tally, Want, Written,
};
use engine::gate::{Attempts, Hit, Periods, Suppression};
use engine::id::{AttemptId, CampaignId, ItemId, LeadId, ListId};
use engine::pacing::{Memory, ShortCalls};
use engine::records::Record;

use super::promises::Promised;

/// What was stored of leads.
#[derive(Clone, Default)]
pub struct Leads {
    /// Leasing one is a write of the store's own.
    leads: RefCell<BTreeMap<LeadId, Kept>>,
    pub attempts: BTreeMap<AttemptId, Attempt>,
    pub dispositions: BTreeMap<AttemptId, ItemId>,
    pub paces: BTreeMap<(CampaignId, u32), Box<Memory>>,
    /// Do-not-call lists that are got from somebody.
    pub number_lists: BTreeMap<String, NumberList>,
    /// Lists of leads; one that is not among them is ready.
    pub lists: BTreeMap<ListId, List>,
    /// Leads given back under leases that had ended.
    pub lapsed: u32,
}

#[derive(Clone)]
struct Kept {
    lead: Lead,
    /// Counts leases.
    fence: u64,
    /// What it is when its lease ends with nothing more said.
    lapse: Option<Lead>,
    /// It came back then, the last time: attempts *ever* count since.
    recycled: Option<DateTime<Utc>>,
}

impl Leads {
    pub fn add(&mut self, lead: Lead) {
        self.leads.borrow_mut().insert(lead.lead, Kept { lead, fence: 0, lapse: None, recycled: None });
    }

    pub fn lead(&self, lead: LeadId) -> Lead {
        self.get(lead).expect("a lead")
    }

    pub fn get(&self, lead: LeadId) -> Option<Lead> {
        self.leads.borrow().get(&lead).map(|kept| kept.lead.clone())
    }

    /// From now on it is not dialled; its leads go, but for those that are busy.
    pub fn discard(&mut self, list: ListId) {
        self.lists.entry(list).and_modify(|list| list.state = ListState::Discarded);
        let stays = |lead: &Lead| matches!(lead.state, LeadState::Leased { .. } | LeadState::Unknown { .. });
        self.leads.borrow_mut().retain(|_, kept| kept.lead.list != list || stays(&kept.lead));
    }

    /// A filter is put on a list: some of it is not dialled any more, and some is again.
    pub fn put_aside(&mut self, list: ListId, aside: impl Fn(&Lead) -> bool) {
        let mut leads = self.leads.borrow_mut();
        let of_list = leads.values_mut().map(|kept| &mut kept.lead).filter(|lead| lead.list == list);
        of_list.for_each(|lead| lead.aside = aside(lead));
    }

    /// Leads of a list that are over wait again: which did.
    pub fn recycle(&mut self, list: ListId, chosen: &Recycling, now: DateTime<Utc>) -> Vec<LeadId> {
        let mut back = Vec::new();
        for kept in self.leads.borrow_mut().values_mut().filter(|kept| kept.lead.list == list) {
            let Some(lead) = chosen.recycled(&kept.lead, self.last(kept.lead.lead), now) else { continue };
            back.push(lead.lead);
            *kept = Kept { lead, fence: kept.fence + 1, lapse: None, recycled: Some(now) };
        }
        back
    }

    /// What the last attempt that counts came to.
    fn last(&self, lead: LeadId) -> Option<Last> {
        let of_it = self.attempts.values().filter(|attempt| attempt.lead == lead);
        let ended = of_it.filter_map(|attempt| Some((attempt, attempt.result?.kind)));
        let last = ended.filter(|(_, kind)| kind.counts()).max_by_key(|(attempt, _)| (attempt.at, attempt.attempt));
        last.map(|(attempt, kind)| (kind, self.dispositions.get(&attempt.attempt).copied()))
    }

    /// A person says what came of an attempt that a crash cut short.
    pub fn settle(&mut self, lead: LeadId, reached: bool, now: DateTime<Utc>) {
        let mut leads = self.leads.borrow_mut();
        let unknown = |kept: &&mut Kept| matches!(kept.lead.state, LeadState::Unknown { .. });
        let kept = leads.get_mut(&lead).filter(unknown).expect("a lead in doubt");
        kept.lead.state = if reached { LeadState::Done } else { waiting(now) };
    }

    /// An attempt under a lease that has ended: somebody else may have the lead.
    pub fn is_lapsed(&self, record: &Record) -> bool {
        match record {
            Record::Lead(Written::Attempt { attempt, fence }) => !self.is_leased(attempt.lead, *fence),
            _ => false,
        }
    }

    fn is_leased(&self, lead: LeadId, fence: u64) -> bool {
        self.leads.borrow().get(&lead).is_some_and(|kept| kept.fence == fence)
    }

    fn standing(&self, list: ListId, now: DateTime<Utc>) -> ListStanding {
        self.lists.get(&list).map_or(ListStanding::Ready, |list| list.standing(now))
    }

    pub fn keep(&mut self, record: &Record, suppressed: &mut BTreeMap<String, Hit>) {
        match record {
            Record::Lead(written) => self.write(written),
            Record::Suppressed { numbers, source, at, .. } => {
                let hit = Hit { source: source.clone(), since: *at, until: None };
                suppressed.extend(numbers.iter().map(|number| (number.clone(), hit.clone())));
            }
            _ => {}
        }
    }

    fn write(&mut self, written: &Written) {
        match written {
            Written::Attempt { attempt, .. } => {
                assert!(self.attempts.insert(attempt.attempt, attempt.clone()).is_none(), "one attempt twice");
            }
            Written::Result { attempt, result, .. } => {
                let attempt = self.attempts.get_mut(attempt).expect("written before its result");
                assert_eq!(attempt.result.replace(*result), None, "two results");
            }
            Written::Given { attempt, user } => {
                let attempt = self.attempts.get_mut(attempt).expect("written before it is given");
                // Of who was held for it and left it may become another's; who answered for nobody is given once.
                let before = attempt.user.replace(*user);
                assert!(before.is_none() || !attempt.paced && before != Some(*user), "given to two");
            }
            Written::Pace { campaign, day, memory } => drop(self.paces.insert((*campaign, *day), memory.clone())),
            Written::Disposition { attempt, disposition } => drop(self.dispositions.insert(*attempt, *disposition)),
            // What was decided under a lease that has ended is not kept.
            Written::Lead { lead, fence } if fence.is_some_and(|fence| !self.is_leased(lead.lead, fence)) => {
                self.lapsed += 1;
            }
            Written::Lead { lead, .. } => {
                let mut leads = self.leads.borrow_mut();
                let known = leads.get_mut(&lead.lead).expect("a lead");
                let aside = known.lead.aside;
                (known.lead, known.lapse) = (Lead { aside, ..lead.clone() }, None);
            }
            Written::Lapse { lead, fence } => {
                let mut leads = self.leads.borrow_mut();
                let known = leads.get_mut(&lead.lead).filter(|known| known.fence == *fence);
                known.into_iter().for_each(|known| known.lapse = Some(lead.clone()));
            }
        }
    }

    /// What the next start finds: whoever was leased waits, unless something else was foreseen or an attempt at it has no end.
    pub fn after_crash(&mut self) {
        let open: BTreeMap<LeadId, AttemptId> = self
            .attempts
            .values()
            .filter(|attempt| attempt.result.is_none())
            .map(|own| (own.lead, own.attempt))
            .collect();
        for Kept { lead, fence, lapse, recycled: _ } in self.leads.borrow_mut().values_mut() {
            *fence += 1;
            match (&lead.state, open.get(&lead.lead), lapse.take()) {
                (_, Some(attempt), _) => lead.state = LeadState::Unknown { attempt: *attempt },
                (LeadState::Leased { .. }, None, Some(foreseen)) => *lead = Lead { aside: lead.aside, ..foreseen },
                (LeadState::Leased { .. }, None, None) => lead.state = waiting(DateTime::UNIX_EPOCH),
                _ => {}
            }
        }
        for attempt in self.attempts.values_mut().filter(|attempt| attempt.result.is_none()) {
            attempt.result = Some(AttemptResult::plain(ResultKind::Unknown));
        }
    }

    pub fn answer(&self, question: &Question, now: DateTime<Utc>, promised: &Promised) -> Facts {
        match question {
            Question::Lease(want) => Facts::Leased(self.lease(want, now, promised)),
            Question::Lead { lead, periods, needs, .. } => {
                let leads = self.leads.borrow();
                let facts =
                    |kept| LeadFacts { lacks: self.lacks(needs, now), ..self.facts(kept, *periods, now, promised) };
                Facts::Lead(leads.get(lead).map(facts))
            }
            Question::Pace { campaign, days } => Facts::Pace(self.pace(*campaign, days)),
            Question::ShortCalls { .. } => Facts::ShortCalls(ShortCalls::default()),
        }
    }

    fn pace(&self, campaign: CampaignId, days: &[(u32, DateTime<Utc>)]) -> Remembered {
        let memory = self.paces.iter().rev().find(|((own, _), _)| *own == campaign);
        let from = memory.map_or(0, |((_, day), _)| *day);
        let paced = |attempt: &&Attempt| attempt.campaign == campaign && attempt.paced;
        let tally = |since: DateTime<Utc>, until: DateTime<Utc>| {
            let own = self.attempts.values().filter(paced).filter(|own| own.at >= since && own.at < until);
            let mut tally = engine::pacing::Tally::default();
            for attempt in own {
                match (attempt.result.map(|result| result.kind), attempt.user) {
                    (Some(ResultKind::Connected), _) | (Some(ResultKind::Unknown), Some(_)) => tally.connected += 1,
                    (Some(ResultKind::Abandoned), _) | (Some(ResultKind::Unknown), None) => tally.abandoned += 1,
                    _ => {}
                }
            }
            tally
        };
        let ends = days.iter().skip(1).map(|(_, begin)| *begin).chain([DateTime::<Utc>::MAX_UTC]);
        let days = days.iter().zip(ends).filter(|((day, _), _)| *day >= from);
        Remembered {
            memory: memory.map(|(_, memory)| memory.clone()),
            days: days.map(|((day, begin), end)| (*day, tally(*begin, end))).collect(),
        }
    }

    fn lacks(&self, needs: &[Need], now: DateTime<Utc>) -> Vec<Lack> {
        needs.iter().filter_map(|need| need.lack(self.number_lists.get(&need.source), now)).collect()
    }

    fn lease(&self, want: &Want, now: DateTime<Utc>, promised: &Promised) -> Leased {
        let lacks = self.lacks(&want.needs, now);
        if !lacks.is_empty() {
            return Leased { lacks, ..Leased::default() };
        }
        let (ready, held): (Vec<_>, Vec<_>) = want
            .lists
            .iter()
            .map(|list| (*list, self.standing(*list, want.now)))
            .partition(|(_, standing)| *standing == ListStanding::Ready);
        let mut leads = self.leads.borrow_mut();
        let is_due = |lead: &Lead| match lead.state {
            LeadState::Waiting { next, .. } => {
                next <= want.now
                    && !lead.aside
                    && ready.iter().any(|(list, _)| *list == lead.list)
                    && want.open.contains_key(&lead.area())
            }
            _ => false,
        };
        let place = |lead: &Lead| match lead.state {
            LeadState::Waiting { next, top, .. } => (!top, lead.priority, next, lead.lead),
            _ => unreachable!("only who waits is due"),
        };
        let mut due: Vec<_> = leads.values().map(|kept| &kept.lead).filter(|lead| is_due(lead)).map(place).collect();
        due.sort();
        let leased = due.into_iter().take(want.most.into()).map(|(.., id)| {
            let kept = leads.get_mut(&id).unwrap();
            kept.fence += 1;
            kept.lead.state = LeadState::Leased { fence: kept.fence, until: want.until };
            self.facts(kept, want.open[&kept.lead.area()], now, promised)
        });
        Leased { leads: leased.collect(), held, ..Leased::default() }
    }

    fn facts(&self, kept: &Kept, periods: Periods, now: DateTime<Utc>, promised: &Promised) -> LeadFacts {
        let lead = kept.lead.clone();
        let phones = lead.phones.iter().map(|phone| {
            let number = &phone.number.normalised;
            let own = self.attempts_at(number, periods);
            let others = promised.attempts(number, None, &periods, now);
            let found_nobody = |attempt: &&Attempt| match attempt.result.map(|result| result.kind) {
                Some(ResultKind::Abandoned) => true,
                Some(ResultKind::Unknown) => attempt.paced && attempt.user.is_none(),
                _ => false,
            };
            let at_it = self.attempts.values().filter(|attempt| attempt.number == *number);
            PhoneFacts {
                suppressed: Suppression { read: now, hit: promised.suppressed.get(number).cloned() },
                attempts: Attempts {
                    day: others.day + own.day,
                    week: others.week + own.week,
                    month: others.month + own.month,
                    ..others
                },
                ever: own.ever,
                abandoned: at_it.filter(found_nobody).map(|attempt| attempt.at).max(),
            }
        });
        let of_it = |attempt: &Attempt| attempt.lead == lead.lead;
        let since = |attempt: &Attempt| kept.recycled.is_none_or(|back| attempt.at >= back);
        let ever = self.tally(periods, |attempt| of_it(attempt) && since(attempt)).ever;
        let tally = Tally { ever, ..self.tally(periods, of_it) };
        let list = self.standing(lead.list, now);
        LeadFacts { tally, phones: phones.collect(), lead, list, lacks: Vec::new() }
    }

    /// Attempts of campaigns at a number that count.
    pub fn attempts_at(&self, number: &str, periods: Periods) -> Tally {
        self.tally(periods, |attempt| attempt.number == number)
    }

    fn tally(&self, periods: Periods, of: impl Fn(&Attempt) -> bool) -> Tally {
        let counts = |attempt: &&Attempt| attempt.result.is_none_or(|result| result.kind.counts());
        let all: Vec<_> = self.attempts.values().filter(|attempt| of(attempt)).filter(counts).collect();
        let since = |begin| all.iter().filter(|attempt| attempt.at >= begin).count() as u32;
        Tally {
            ever: all.len() as u32,
            day: since(periods.day),
            week: since(periods.week),
            month: since(periods.month),
        }
    }
}

pub fn waiting(next: DateTime<Utc>) -> LeadState {
    LeadState::Waiting { next, top: false, cool_off: None }
}
