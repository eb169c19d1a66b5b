//! The dry run of a campaign: whom of its lists it could dial now, today, later, never, and by which rule not. Nothing is leased and
//! nothing is changed; the same gate decides as when it dials.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::border::StoreError;
use engine::campaign::{Campaign, Lead, LeadState, ListStanding, PhoneFacts};
use engine::config::Limits;
use engine::gate::{Facts, Law, Purpose, RateMeter, Verdict, judge, periods};
use engine::number::Number;
use engine::time::{Moment, Now};
use serde::Serialize;

use crate::store::Reader;

/// Leads of a campaign's lists, each counted once.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct DryRun {
    pub leads: u64,
    pub now: u64,
    /// Before the installation's midnight.
    pub today: u64,
    pub later: u64,
    /// By itself.
    pub never: u64,
    /// With an agent or being dialled.
    pub in_work: u64,
    /// What keeps those that are not dialled now: the gate's rule, or `retry`, `list`, `filter`, `callback`, `unknown`, `done`, `declined`,
    /// `exhausted`, `do-not-call-list`.
    pub by_rule: BTreeMap<String, u64>,
}

/// When a lead can be dialled, and what keeps it till then.
enum Turn {
    Now,
    At(DateTime<Utc>, &'static str),
    Never(&'static str),
    InWork,
}

/// Looks at every lead, on a thread that may block: about 100 µs each. `law`: without a pack, the
/// campaign says which. `go_on` is asked every 500 leads; a no ends it.
///
/// # Errors
/// The store cannot be read. None: it was ended.
pub fn dry_run(
    reader: &Reader,
    terms: &Campaign,
    law: Law<'_>,
    at: DateTime<Utc>,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<DryRun>, StoreError> {
    let now = Now { moment: Moment::ZERO, civil: at };
    let law = law.with(terms.pack(law.rules));
    let midnight = at.with_timezone(&law.zone).date_naive().succ_opt();
    let midnight = midnight.and_then(|day| engine::rules::wall::start(law.zone, day)).unwrap_or(at);
    let needs = terms.needs(law.rules, law.zone, at);
    let lacks = !reader.lacks(&needs, at)?.is_empty();
    let mut found = DryRun::default();
    for list in &terms.lists {
        let standing = reader.list_of_leads(*list)?.map_or(ListStanding::Discarded, |list| list.standing(at));
        let mut after = None;
        loop {
            let leads = reader.leads_of_list(*list, after, AT_ONCE)?;
            let Some(last) = leads.last() else { break };
            after = Some(last.lead);
            for lead in &leads {
                let since = |number: &Number| periods(&law, number, now);
                let phone = reader.phone_facts(lead, (terms.id, terms.aim), since, at)?;
                let turn = match (&lead.state, standing) {
                    (LeadState::Waiting { .. }, ListStanding::Ready) if lacks => Turn::Never("do-not-call-list"),
                    _ => turn(&law, lead, standing, phone, now),
                };
                found.count(turn, midnight);
            }
            if !go_on() {
                return Ok(None);
            }
        }
    }
    Ok(Some(found))
}

fn turn(law: &Law<'_>, lead: &Lead, list: ListStanding, phone: Option<PhoneFacts>, now: Now) -> Turn {
    let next = match (&lead.state, list) {
        (LeadState::Waiting { .. }, ListStanding::Ready) if lead.aside => return Turn::Never("filter"),
        (LeadState::Waiting { next, .. }, ListStanding::Ready) => *next,
        (LeadState::Waiting { .. }, _) => return Turn::Never("list"),
        (LeadState::Leased { .. }, _) => return Turn::InWork,
        (LeadState::Callback { .. }, _) => return Turn::Never("callback"),
        (LeadState::Unknown { .. }, _) => return Turn::Never("unknown"),
        (LeadState::Done, _) => return Turn::Never("done"),
        (LeadState::Declined, _) => return Turn::Never("declined"),
        (LeadState::Exhausted(_), _) => return Turn::Never("exhausted"),
    };
    let Some((number, known)) = lead.phones.get(lead.turn()).zip(phone) else { return Turn::Never("exhausted") };
    let facts = Facts {
        clock: Some(now),
        suppressed: Some(known.suppressed),
        attempts: Some(known.attempts),
        ..Facts::of(RateMeter::default().load(Limits { calls_at_once: 1, calls_per_minute: 1 }, now.moment))
    };
    match judge(law, &facts, &number.number, Purpose::Campaign, now) {
        Verdict::Allow { .. } if next <= now.civil => Turn::Now,
        Verdict::Allow { .. } => Turn::At(next, "retry"),
        Verdict::Deny { rule, next: Some(open), .. } => Turn::At(next.max(open.at), rule),
        Verdict::Deny { rule, next: None, .. } => Turn::Never(rule),
    }
}

impl DryRun {
    fn count(&mut self, turn: Turn, midnight: DateTime<Utc>) {
        self.leads += 1;
        let (place, rule) = match turn {
            Turn::Now => (&mut self.now, None),
            Turn::InWork => (&mut self.in_work, None),
            Turn::At(at, rule) if at < midnight => (&mut self.today, Some(rule)),
            Turn::At(_, rule) => (&mut self.later, Some(rule)),
            Turn::Never(rule) => (&mut self.never, Some(rule)),
        };
        *place += 1;
        if let Some(rule) = rule {
            *self.by_rule.entry(rule.to_owned()).or_default() += 1;
        }
    }
}

/// Leads read in one go; then it is asked whether anybody still waits.
const AT_ONCE: u32 = 500;
